import fc from 'fast-check';
import type { StrategyInput } from '../model/strategy.ts';

type ChannelInput = StrategyInput['channels'][string];
type RouteInput = StrategyInput['routes'][number];

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/);
const code = fc.stringMatching(/^SMS_[0-9]{1,9}$/);
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('${'));
const countryCodes = fc.uniqueArray(fc.constantFrom('86', '852', '65', '1'), { minLength: 1 });
const templateCodes = fc.uniqueArray(code, { minLength: 1, maxLength: 4 });
const optional: { requiredKeys: [] } = { requiredKeys: [] };

const shared = {
  credential: name,
  account: name,
  failureDomain: name,
  signNames: fc.dictionary(words, words, { maxKeys: 2, noNullPrototype: true }).filter(isPlain),
  covers: fc.record({ templateCodes, countryCodes }, optional),
  maxNumbers: fc.integer({ min: 1, max: 1000 }),
};

const aliyunChannel: fc.Arbitrary<ChannelInput> = fc.record(
  {
    provider: fc.constant('aliyun' as const),
    regionId: fc.constantFrom('cn-hangzhou', 'cn-beijing', 'ap-southeast-1', 'cn-somewhere-new'),
    endpoint: fc.constantFrom('dysmsapi.aliyuncs.com', 'http://127.0.0.1:7300', 'https://[::1]:7301/'),
    recordsShared: fc.boolean(),
    ...shared,
  },
  { requiredKeys: ['provider', 'regionId'] },
);

const httpChannel: fc.Arbitrary<ChannelInput> = fc.record(
  {
    provider: fc.constant('http' as const),
    endpoint: fc.constantFrom('https://sms.example.com/send', 'http://127.0.0.1:7302/?v=1'),
    contents: fc.dictionary(code, fc.constantFrom('${code}', 'no parameter', '您的验证码是：${code}。'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    request: fc.record(
      {
        method: fc.constantFrom('GET' as const, 'POST' as const),
        body: fc.constantFrom('form' as const, 'json' as const, 'query' as const),
        headers: fc.constant({ authorization: 'Bearer ${credential.key}' }),
        fields: fc.constantFrom({}, { mobile: '${phone.national}', text: '【${signName}】${content}' }),
      },
      { requiredKeys: ['fields'] },
    ),
    answer: fc.record(
      {
        code: fc.constantFrom('/code', ''),
        accepted: fc.uniqueArray(words, { minLength: 1, maxLength: 2 }),
        otherwise: fc.constantFrom('unknown' as const, 'rejected' as const),
      },
      { requiredKeys: ['code', 'accepted'] },
    ),
    ...shared,
  },
  { requiredKeys: ['provider', 'endpoint', 'contents', 'request', 'answer'] },
);

function policyOf(channels: readonly string[]): fc.Arbitrary<RouteInput['policy']> {
  const some = fc.shuffledSubarray([...channels], { minLength: 1 });
  const weight = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1000, noNaN: true }));
  return fc.oneof(
    some.map((order) => ({ kind: 'primary-backup' as const, order })),
    some.map((listed) => ({ kind: 'lowest-latency' as const, channels: listed })),
    some.chain((drawn) =>
      fc.array(weight, { minLength: drawn.length, maxLength: drawn.length }).map((weights) => ({
        kind: 'weighted-random' as const,
        weights: Object.fromEntries(drawn.map((channel, index) => [channel, weights[index] ?? 0])),
      })),
    ),
  );
}

function routeOf(routeName: string, channels: readonly string[], last: boolean): fc.Arbitrary<RouteInput> {
  const match = fc.record(
    { templateCodes, signNames: fc.uniqueArray(words, { minLength: 1, maxLength: 2 }), countryCodes },
    { requiredKeys: ['templateCodes'] },
  );
  return fc.record(
    {
      name: fc.constant(routeName),
      ...(last ? {} : { match }),
      policy: policyOf(channels),
      onUnknownOutcome: fc.constantFrom('reconcile' as const, 'resend' as const, 'fail' as const),
      outId: fc.constantFrom('keep' as const, 'suffix' as const),
      dedupeMs: fc.integer({ min: 0, max: 86_400_000 }),
    },
    { requiredKeys: last ? ['name', 'policy'] : ['name', 'policy', 'match'] },
  );
}

const settings = {
  timeouts: fc.record(
    { connectMs: fc.integer({ min: 50, max: 60_000 }), readMs: fc.integer({ min: 50, max: 60_000 }) },
    optional,
  ),
  race: fc.record({ delayMs: fc.integer({ min: 10, max: 60_000 }) }, optional),
  retry: fc.record({ maxAttempts: fc.integer({ min: 1, max: 10 }) }, optional),
  health: fc.record(
    { threshold: fc.integer({ min: 1, max: 89 }), goodMs: fc.integer({ min: 1, max: 2999 }) },
    optional,
  ),
};

/** Any valid strategy, as a person might write it: with any of its defaults left out. */
export const strategyArbitrary: fc.Arbitrary<StrategyInput> = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
  )
  .chain(([channelNames, routeNames]) => {
    const channel = fc.oneof(aliyunChannel, httpChannel);
    return fc.record(
      {
        schemaVersion: fc.constant(1 as const),
        channels: fc.record(Object.fromEntries(channelNames.map((one) => [one, channel]))),
        routes: fc.tuple(
          ...routeNames.map((one, index) => routeOf(one, channelNames, index === routeNames.length - 1)),
        ),
        ...settings,
      },
      { requiredKeys: ['schemaVersion', 'channels', 'routes'] },
    );
  });

/** Parsers refuse a key `__proto__`, so no valid strategy has one. */
function isPlain(value: object): boolean {
  return !Object.keys(value).includes('__proto__');
}
