import { parseStrategy } from '../strategy/parse-strategy.ts';

/** A channel of a region. */
export const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou' };
const gateway = {
  provider: 'http',
  endpoint: 'https://sms.example.com/send',
  contents: { SMS_1: 'Your code is ${code}.' },
  request: { fields: { apikey: '${credential.key}', mobile: '${phone.national}', content: '${content}' } },
  answer: { code: '/code', accepted: ['0'] },
};

/** A valid strategy with the given parts in place of its own. */
export function documentWith(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    schemaVersion: 1,
    channels: { hz: aliyun, sg: { ...aliyun, regionId: 'ap-southeast-1' } },
    routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: { hz: 70, sg: 30 } } }],
    ...parts,
  };
}

/** A route that stands alone. */
export function route(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { name: 'otp', policy: { kind: 'primary-backup', order: ['hz', 'sg'] }, ...parts };
}

/** A valid strategy whose only route has the given parts. */
export function routed(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return documentWith({ routes: [route(parts)] });
}

/** A valid strategy with a gateway that has the given parts. */
export function gatewayWith(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return documentWith({ channels: { hz: aliyun, sg: aliyun, b: { ...gateway, ...parts } } });
}

/** What is said of a document that is no strategy. */
export function messagesOf(document: unknown): string[] {
  const parsed = parseStrategy(document);
  return parsed.ok ? [] : parsed.issues.map(({ message }) => message);
}
