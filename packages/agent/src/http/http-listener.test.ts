import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { accepted, ApiFixture, good, json, rawPost, talk } from '../testing/api-fixture.ts';
import type { ApiSetup } from '../testing/api-fixture.ts';
import { jsonAnswer } from './http-answer.ts';
import { HttpListener } from './http-listener.ts';
import type { ListenAddress } from './listen-address.ts';
import { isProblem, problemAnswer } from './problem.ts';
import { readBody } from './request-body.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

describe('bytes that are no request', () => {
  it('answers garbage with 400 and closes', async () => {
    const { port } = await open();
    const answer = await talk(port, 'EHLO mail\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"code":"REQUEST_MALFORMED"/s);
  });

  it('answers garbage behind an answer that has been read', async () => {
    const { port } = await open();
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    socket.on('data', (piece: string) => (answer += piece));
    socket.write(rawPost(good));
    await expect.poll(() => answer, { timeout: 15_000 }).toContain('"code":"OK"');
    socket.write('\u0000garbage\r\n\r\n');
    await once(socket, 'close');
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('never lets garbage behind a request hide what became of that request', async () => {
    let finish: (() => void) | undefined;
    const { port, sent } = await open({
      answer: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(accepted);
          };
        }),
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
    const listener = new HttpListener(
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
    await listener.stop(1000);
  });
});

describe('a body that comes in pieces', () => {
  const text = '{"numbers":["13800138000"],"sign":"驿站"}';
  const length = `Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n`;
  const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
  const chunk = `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;

  it.each([
    ['with its headers', `${length}${text}`, ''],
    ['behind its headers', length, text],
    ['by halves', `${length}${text.slice(0, 20)}`, text.slice(20)],
    ['as chunks with its headers', `${chunked}${chunk}`, ''],
    ['as chunks by halves', `${chunked}${chunk.slice(0, 20)}`, chunk.slice(20)],
    ['that is empty', 'Content-Length: 0\r\n\r\n', ''],
  ])('%s is read whole', async (_, first, rest) => {
    let asked: (() => void) | undefined;
    const heard = new Promise<void>((resolve) => (asked = resolve));
    const listener = new HttpListener(
      {
        handle: async (request) => {
          asked?.();
          return jsonAnswer(200, { read: await readBody(request) });
        },
        log: pino({ enabled: false }),
      },
      { address: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
    );
    const address = await listener.start();
    const socket = connect(address.kind === 'tcp' ? address.port : 0, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    socket.on('data', (piece: string) => (answer += piece));
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${first}`);
    await heard;
    socket.write(rest);
    await once(socket, 'close');
    await listener.stop(1000);
    expect(answer).toContain(JSON.stringify({ read: first.includes(': 0') ? '' : text }));
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
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    const second = new HttpListener(
      { handle: () => Promise.reject(new Error()), log: pino({ enabled: false }) },
      { address },
    );
    await expect(second.start()).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    await fixture?.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  });
});

describe('a unix socket that cannot be', () => {
  it.each([
    ['a folder that is missing', 'no/api', /: there is no folder \/.*\/no that this user can see$/],
    ['a file in its place', 'file', /: what is there is no socket; remove it/],
    ['a file for a folder', 'file/api', /: ENOTDIR$/],
    ['a path that is too long', 'x'.repeat(107), /: the path has \d+ bytes, \d+ are allowed$/],
  ])('says so of %s', async (_, name, words) => {
    const dir = await mkdtemp(join(tmpdir(), 'ws-http-'));
    await writeFile(join(dir, 'file'), '');
    const listener = new HttpListener(
      { handle: () => Promise.reject(new Error()), log: pino({ enabled: false }) },
      { address: { kind: 'unix', path: join(dir, name) } },
    );
    await expect(listener.start()).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringMatching(words) as string,
    });
    await rm(dir, { recursive: true });
  });
});

describe('TLS', () => {
  it('serves with the given certificate, and answers nobody in plain text', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const { port } = await open({ tls: { cert, key }, rules: { token: 'a-token-of-16-chars' } });
    const headers = { ...json, authorization: 'Bearer a-token-of-16-chars' };
    const request = httpsRequest({
      servername: 'localhost',
      host: '127.0.0.1',
      port,
      path: '/v1/messages',
      method: 'POST',
      ca: cert,
      headers,
    });
    request.end(good);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await talk(port, rawPost(good))).not.toContain('200');
  });
});
