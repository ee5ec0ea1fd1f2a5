import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { ApiSetup } from './api-fixture.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** What a request has besides its path. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Asks with whatever headers, which `fetch` would not let us set. */
export async function ask(
  port: number,
  path: string,
  { method = 'GET', headers, body }: Asked = {},
): Promise<Answer> {
  const request = httpRequest({ port, host: '127.0.0.1', method, path, ...(headers && { headers }) });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

const now = Date.UTC(2026, 0, 31, 12, 0, 0);
const secret = 'local-secret';
const localKeys = { kind: 'keys', secrets: new Map([['LTAILocal', secret]]) } as const;
/** `--local-keys any` */
export const any = { kind: 'any' } as const;
/** A port that checks keys. */
export const checked: ApiSetup = { localKeys, wallTime: () => now };

/** The parameters of the smallest SendSms. */
export const plain: Readonly<Record<string, string>> = {
  Action: 'SendSms',
  Version: '2017-05-25',
  Format: 'JSON',
  AccessKeyId: 'LTAILocal',
  SignatureMethod: 'HMAC-SHA1',
  SignatureVersion: '1.0',
  SignatureNonce: 'n-1',
  Timestamp: '2026-01-31T12:00:00Z',
  PhoneNumbers: '13800138000',
  SignName: '驿站',
  TemplateCode: 'SMS_1',
};

/** Encodes as RFC 3986 says. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Parameters as a query, signed as version 1 says; written down here once more, so that no mistake hides in sharing. */
export function signed(change: Readonly<Record<string, string | undefined>> = {}, method = 'GET'): string {
  const entries = Object.entries({ ...plain, ...change }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encode(name)}=${encode(value)}`],
  );
  const canonical = entries.sort().join('&');
  const signature = createHmac('sha1', `${secret}&`)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest('base64');
  return `${canonical}&Signature=${encode(signature)}`;
}

/** The header that a form body needs. */
export const formType = { 'content-type': 'application/x-www-form-urlencoded' };
