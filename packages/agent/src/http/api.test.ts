import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@waystation/core';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { handleApi } from './api-handler.ts';
import type { CallerRules } from './caller-check.ts';
import { jsonAnswer } from './http-answer.ts';
import { HttpListener } from './http-listener.ts';
import type { ListenAddress } from './listen-address.ts';
import type { SendOptions } from './message-sender.ts';
import { isProblem, problemAnswer } from './problem.ts';
import { RecentMessages } from './recent-messages.ts';
import { readBody } from './request-body.ts';

type Sent = readonly [Message, SendOptions];

const facts = { id: 'm-1', revision: 7, route: 'default', attempts: [] } as const;
const accepted: SendResult = {
  ...facts,
  kind: 'accepted',
  channel: 'cn-hangzhou',
  bizId: 'b',
  requestId: 'r',
};
const good = JSON.stringify({ phoneNumbers: '13800138000', signName: '驿站', templateCode: 'SMS_1' });

let listener: HttpListener | undefined;
afterEach(async () => {
  await listener?.stop(1000);
  listener = undefined;
});

interface Setup {
  readonly answer?: (sent: Sent) => Promise<SendResult> | SendResult;
  readonly rules?: Partial<CallerRules>;
  readonly notReady?: string;
  readonly address?: ListenAddress;
  readonly headersTimeoutMs?: number;
}

async function open(
  setup: Setup = {},
): Promise<{ address: ListenAddress; url: string; port: number; sent: Sent[] }> {
  const sent: Sent[] = [];
  const dependencies = {
    sender: {
      send: async (...call: Sent) => {
        sent.push(call);
        return setup.answer === undefined ? accepted : setup.answer(call);
      },
    },
    recent: new RecentMessages(10),
    notReady: () => setup.notReady,
    log: pino({ enabled: false }),
  };
  const rules = { allowedHosts: new Set<string>(), ...setup.rules };
  listener = new HttpListener(
    {
      handle: (request, signal) => handleApi(dependencies, rules, request, signal),
      log: pino({ enabled: false }),
    },
    {
      address: setup.address ?? { kind: 'tcp', host: '127.0.0.1', port: 0 },
      ...(setup.headersTimeoutMs !== undefined && { headersTimeoutMs: setup.headersTimeoutMs }),
    },
  );
  const address = await listener.start();
  const port = address.kind === 'tcp' ? address.port : 0;
  return { address, url: `http://127.0.0.1:${String(port)}`, port, sent };
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
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return [response.statusCode ?? 0, body === '' ? undefined : JSON.parse(body)];
}

/** Writes bytes as they are and reads until the other side closes. */
async function talk(port: number, bytes: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

const json = { 'content-type': 'application/json' };
const rawPost = (body: string, extra = ''): string =>
  `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${extra}Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;

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

  it.each<[string, SendResult, number, object, string | null]>([
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
    ['Idempotency-Key', good, { 'idempotency-key': 'a' }, 501, 'REQUEST_NOT_SUPPORTED'],
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
    const [response] = (await once(socket, 'response')) as [import('node:http').IncomingMessage];
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

  it('refuses batches, unknown paths and other methods', async () => {
    const { url } = await open();
    const answers = [
      await fetch(`${url}/v1/messages/batch`, { method: 'POST' }),
      await fetch(`${url}/?Action=SendSms`),
      await fetch(`${url}/v1/messages`, { method: 'PUT' }),
      await fetch(`${url}/v1/messages?dry=1`, { method: 'POST', body: good }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([501, 404, 405, 422]);
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

describe('bytes that are no request', () => {
  it('answers garbage with 400 and closes', async () => {
    const { port } = await open();
    const answer = await talk(port, 'EHLO mail\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"code":"REQUEST_MALFORMED"/s);
  });

  it('never lets garbage behind a request hide what became of that request', async () => {
    let finish: (() => void) | undefined;
    const { port, sent } = await open({
      answer: () => new Promise((resolve) => (finish = () => resolve(accepted))),
    });
    const talking = talk(port, `${rawPost(good)}\u0000garbage\r\n\r\n`);
    await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(1);
    finish?.();
    const answer = await talking;
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(answer.indexOf('"code":"OK"')).toBeLessThan(answer.indexOf('REQUEST_MALFORMED'));
  });

  it('takes URLs of 64 KiB and refuses larger headers with a code', async () => {
    const { url, port } = await open();
    expect((await fetch(`${url}/?${'a'.repeat(64_000)}`)).status).toBe(404);
    const answer = await talk(port, `GET /?${'a'.repeat(90_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"REQUEST_HEADERS_TOO_LARGE"/s);
  });

  it('ends requests whose headers do not arrive', async () => {
    const { port } = await open({ headersTimeoutMs: 300 });
    const answer = await talk(port, 'POST /v1/messages HTTP/1.1\r\nHost: loc');
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s);
  });

  it('refuses a second Host, and a body of two lengths', async () => {
    const { port, sent } = await open();
    const twice = await talk(port, rawPost(good, 'Host: evil.example\r\nConnection: close\r\n'));
    expect(twice).toMatch(/^HTTP\/1\.1 (400|403) /);
    const lengths = await talk(port, rawPost(good, 'Content-Length: 3\r\n'));
    expect(lengths).toMatch(/^HTTP\/1\.1 400 /);
    expect(sent).toEqual([]);
  });

  it('does not ask for the body of a request that it refuses', async () => {
    const { port } = await open();
    const head = `POST /v1/messages HTTP/1.1\r\nHost: evil.example\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`;
    const answer = await talk(port, head);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('readBody', () => {
  it('gives up a body that is sent by halves', async () => {
    listener = new HttpListener(
      {
        handle: async (request) => {
          const body = await readBody(request, 200);
          return isProblem(body) ? problemAnswer(body) : jsonAnswer(200, body);
        },
        log: pino({ enabled: false }),
      },
      { address: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
    );
    const address = await listener.start();
    const port = address.kind === 'tcp' ? address.port : 0;
    const answer = await talk(
      port,
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"half":',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s);
  });
});

describe('a unix socket', () => {
  it('is created 0660, replaces a dead one, and refuses a live one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ws-http-'));
    const address: ListenAddress = { kind: 'unix', path: join(dir, 'api') };
    const leave = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', leave, address.path], { stdio: 'ignore' }), 'exit');
    expect((await stat(address.path)).isSocket()).toBe(true);
    await open({ address });
    expect((await stat(address.path)).mode & 0o777).toBe(0o660);
    const request = httpRequest({
      socketPath: address.path,
      method: 'POST',
      path: '/v1/messages',
      headers: { ...json, host: 'localhost' },
    });
    request.end(good);
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    const second = new HttpListener(
      { handle: () => Promise.reject(new Error()), log: pino({ enabled: false }) },
      { address },
    );
    await expect(second.start()).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    await listener?.stop(1000);
    await rm(dir, { recursive: true, force: true });
  });
});
