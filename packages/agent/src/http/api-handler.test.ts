import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { accepted, ApiFixture, facts, good, json, rawPost } from '../testing/api-fixture.ts';
import type { ApiSetup } from '../testing/api-fixture.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A request whose headers `fetch` would not let us set. */
async function raw(
  port: number,
  headers: Record<string, string>,
  method = 'POST',
): Promise<[number, unknown]> {
  const request = httpRequest({ port, host: '127.0.0.1', method, path: '/v1/messages', headers });
  request.end(method === 'POST' ? good : undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return [response.statusCode ?? 0, body === '' ? undefined : JSON.parse(body)];
}

describe('POST /v1/messages', () => {
  it('sends and answers, and GET shows the message again', async () => {
    const { url, sent } = await open();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await post(url, good, { 'request-timeout-ms': '1500', traceparent: trace });
    expect(response.status).toBe(200);
    const body: unknown = await response.json();
    expect(body).toEqual({
      id: 'm-1',
      code: 'OK',
      message: 'OK',
      bizId: 'b',
      requestId: 'r',
      channel: 'cn-hangzhou',
      route: 'default',
      revision: 7,
      attempts: [],
    });
    expect(sent[0]?.[0]).toMatchObject({ e164: ['+8613800138000'], signName: '驿站' });
    expect(sent[0]?.[1]).toMatchObject({ timeoutMs: 1500, traceparent: trace });
    const again = await fetch(`${url}/v1/messages/m-1`);
    expect(await again.json()).toEqual(body);
    expect((await fetch(`${url}/v1/messages/m-2`)).status).toBe(404);
  });

  it.each<[string, SendResult, number, string, boolean, string | null]>([
    ['under way', { ...facts, kind: 'in-progress', reason: 'wait' }, 409, 'SEND_IN_PROGRESS', true, null],
    [
      'of another message',
      { ...facts, kind: 'key-reused', reason: 'no' },
      422,
      'IDEMPOTENCY_KEY_REUSED',
      false,
      null,
    ],
    [
      'that the journal cannot take',
      { ...facts, kind: 'no-journal', reason: 'full', retryAfterMs: 4001 },
      503,
      'SEND_NO_JOURNAL',
      true,
      '5',
    ],
  ])(
    'answers a key %s, and remembers no message by it',
    async (_name, result, status, code, retryable, after) => {
      const { url, sent } = await open({ answer: () => result });
      const response = await post(url, good, { 'idempotency-key': '~!k'.repeat(85) });
      expect([response.status, response.headers.get('retry-after')]).toEqual([status, after]);
      expect(await response.json()).toMatchObject({ code, retryable, id: 'm-1' });
      expect(sent[0]?.[1]).toMatchObject({ idempotencyKey: '~!k'.repeat(85) });
      expect((await fetch(`${url}/v1/messages/m-1`)).status).toBe(404);
    },
  );

  it('says of a replayed answer that it is one', async () => {
    const { url } = await open({ answer: () => ({ ...accepted, replayed: true }) });
    const response = await post(url, good, { 'idempotency-key': 'a' });
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(await response.json()).not.toHaveProperty('replayed');
  });

  it.each<[string, SendResult, number, object, string | null]>([
    [
      'the limit of a route',
      { ...facts, kind: 'limited', reason: 'route default is over its limit', retryAfterMs: 1001 },
      429,
      { code: 'SEND_LIMITED', detail: 'route default is over its limit', retryable: true },
      '2',
    ],
    [
      'a number over our own limit',
      { ...facts, kind: 'number-limited', reason: 'phoneNumbers[1] is over', index: 1, retryAfterMs: 60_000 },
      429,
      { code: 'SEND_NUMBER_LIMITED', errors: [{ path: 'phoneNumbers[1]' }], retryable: true },
      '60',
    ],
    [
      'a refusal by the provider',
      { ...facts, kind: 'rejected', providerCode: 'isv.MOBILE_NUMBER_ILLEGAL', reason: 'bad number' },
      422,
      { code: 'SEND_REJECTED', providerCode: 'isv.MOBILE_NUMBER_ILLEGAL', retryable: false },
      null,
    ],
    [
      'per-number limits',
      { ...facts, kind: 'number-limited', retryAfterMs: 59_001 },
      429,
      { code: 'SEND_NUMBER_LIMITED', retryable: true },
      '60',
    ],
    [
      'no channel',
      { ...facts, kind: 'no-channel', reason: 'none', retryAfterMs: 0 },
      503,
      { code: 'SEND_NO_CHANNEL', retryable: true },
      '1',
    ],
    ['a deadline', { ...facts, kind: 'deadline', reason: 'late' }, 503, { code: 'SEND_DEADLINE' }, '1'],
    [
      'an unknown outcome',
      { ...facts, kind: 'unknown', reason: 'reset' },
      504,
      { code: 'SEND_OUTCOME_UNKNOWN', retryable: false },
      null,
    ],
  ])('answers %s with its status and code', async (_name, result, status, members, retryAfter) => {
    const { url } = await open({ answer: () => result });
    const response = await post(url, good);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    const body: unknown = await response.json();
    expect(body).toMatchObject({ id: 'm-1', status, attempts: [], route: 'default', ...members });
    const shown = await fetch(`${url}/v1/messages/m-1`);
    expect([shown.status, await shown.json()]).toEqual([200, body]);
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['no JSON', 'x', {}, 400, 'REQUEST_NOT_JSON'],
    ['another content type', good, { 'content-type': 'text/plain' }, 415, 'REQUEST_CONTENT_TYPE'],
    ['compressed bodies', good, { 'content-encoding': 'gzip' }, 415, 'REQUEST_CONTENT_TYPE'],
    ['a bad timeout', good, { 'request-timeout-ms': '60001' }, 400, 'REQUEST_HEADER_INVALID'],
    ['a timeout that is no number', good, { 'request-timeout-ms': '1e3' }, 400, 'REQUEST_HEADER_INVALID'],
    ['an empty key', good, { 'idempotency-key': '' }, 400, 'REQUEST_HEADER_INVALID'],
    ['a key with a blank', good, { 'idempotency-key': 'a b' }, 400, 'REQUEST_HEADER_INVALID'],
    ['a key of 256 characters', good, { 'idempotency-key': 'k'.repeat(256) }, 400, 'REQUEST_HEADER_INVALID'],
    ['a key in Latin-1', good, { 'idempotency-key': 'caf\u00e9' }, 400, 'REQUEST_HEADER_INVALID'],
    ['a body over 256 KiB', ' '.repeat(256 * 1024 + 1), {}, 413, 'REQUEST_TOO_LARGE'],
    ['Origin', good, { origin: 'https://example.com' }, 403, 'REQUEST_FROM_BROWSER'],
    ['Referer', good, { referer: 'https://example.com/' }, 403, 'REQUEST_FROM_BROWSER'],
  ])('refuses %s', async (_name, body, headers, status, code) => {
    const { port, sent } = await open();
    const socket = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/messages',
      headers: { ...json, ...headers },
    });
    socket.end(body);
    const [response] = (await once(socket, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect([response.statusCode, JSON.parse(text)]).toMatchObject([status, { code, status }]);
    expect(sent).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['Sec-Fetch-Site', { ...json, 'sec-fetch-site': 'cross-site' }, 'REQUEST_FROM_BROWSER'],
    ['Cookie', { ...json, cookie: 'a=b' }, 'REQUEST_FROM_BROWSER'],
    ['a foreign Host', { ...json, host: 'evil.example:7280' }, 'REQUEST_HOST_REFUSED'],
    ['a Host that only looks local', { ...json, host: '127.0.0.1.evil.example' }, 'REQUEST_HOST_REFUSED'],
  ])('refuses %s', async (_name, headers, code) => {
    const { port, sent } = await open();
    expect(await raw(port, headers)).toMatchObject([403, { code }]);
    expect(sent).toEqual([]);
  });

  it('takes Sec-Fetch-Mode, loopback names and hosts that are allowed', async () => {
    const { port, sent } = await open({ rules: { allowedHosts: new Set(['sms.internal']) } });
    for (const host of ['localhost', 'localhost:7280', '127.0.0.2:1', '[::1]:7280', 'sms.internal:80']) {
      expect(await raw(port, { ...json, host, 'sec-fetch-mode': 'cors' })).toMatchObject([
        200,
        { code: 'OK' },
      ]);
    }
    expect(sent).toHaveLength(5);
  });

  it('refuses preflights without any leave', async () => {
    const { port } = await open();
    expect(await raw(port, { 'access-control-request-method': 'POST' }, 'OPTIONS')).toMatchObject([
      405,
      { code: 'REQUEST_METHOD_NOT_ALLOWED' },
    ]);
    const origin = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    expect(await raw(port, origin, 'OPTIONS')).toMatchObject([403, { code: 'REQUEST_FROM_BROWSER' }]);
  });

  it('asks for the token on every path where there is one', async () => {
    const { url } = await open({ rules: { token: 'a-token-of-16-chars' } });
    for (const path of ['/v1/messages', '/v1/messages/m-1', '/']) {
      const response = await fetch(url + path);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect((await post(url, good, { authorization: 'Bearer a-token-of-16-charz' })).status).toBe(401);
    expect((await post(url, good, { authorization: 'Bearer a-token-of-16-chars' })).status).toBe(200);
  });

  it('says why nothing can be sent yet', async () => {
    const { url } = await open({ notReady: 'no strategy yet: the store holds none' });
    const response = await post(url, good);
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: 'SEND_NO_STRATEGY', retryable: true, detail: 'no strategy yet: the store holds none' },
    ]);
  });

  it('takes a batch as one message', async () => {
    const { url, sent } = await open();
    const batch = {
      phoneNumbers: ['13800138000', '13900139000'],
      signNames: ['a', 'b'],
      templateCode: 'T',
      templateParams: [{ code: '1' }, '{"code":"2"}'],
      outId: 'o-1',
    };
    const response = await fetch(`${url}/v1/messages/batch`, {
      method: 'POST',
      body: JSON.stringify(batch),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
    });
    expect([response.status, await response.json()]).toMatchObject([200, { code: 'OK' }]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[0]).toMatchObject({ e164: ['+8613800138000', '+8613900139000'], outId: 'o-1' });
    expect(sent[0]?.[0].batch?.texts).toEqual([
      { signName: 'a', templateParam: { code: '1' } },
      { signName: 'b', templateParam: { code: '2' } },
    ]);
    expect(sent[0]?.[1]).toMatchObject({ idempotencyKey: 'k' });
  });

  it('refuses unknown paths and other methods', async () => {
    const { url } = await open();
    const answers = [
      await fetch(`${url}/v1/messages/batch`),
      await fetch(`${url}/send`),
      await fetch(`${url}/v1/messages`, { method: 'PUT' }),
      await fetch(`${url}/v1/messages?dry=1`, { method: 'POST', body: good }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 404, 405, 422]);
    expect(answers[2]?.headers.get('allow')).toBe('POST');
  });

  it('tells the sender when the caller hangs up', async () => {
    let aborted: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (aborted = resolve));
    let begun: (() => void) | undefined;
    const sending = new Promise<void>((resolve) => (begun = resolve));
    const { port } = await open({
      answer: ([, { signal }]) =>
        new Promise((resolve) => {
          begun?.();
          signal?.addEventListener('abort', () => {
            aborted?.();
            resolve({ ...facts, kind: 'deadline', reason: 'the caller hung up' });
          });
        }),
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(rawPost(good));
    await sending;
    socket.destroy();
    await gone;
  });
});
