import { parseEndpoint } from '@waystation/core';
import type { Endpoint, TransportFailure } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { httpAnswer, RawServer } from '../../testing/raw-server.ts';
import type { OnRequest } from '../../testing/raw-server.ts';
import { realClock } from '../../testing/send-fixture.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { CallLimits, ConnectionPoolOptions } from './connection-pool.ts';
import type { HttpRequest, TransportResult } from './http-message.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const request: HttpRequest = {
  method: 'POST',
  path: '/?PhoneNumbers=13800138000',
  headers: { accept: '*/*' },
};
/** How far the clock of `poolTo` is ahead of the machine's. */
let ahead = 0;

function poolTo(endpoint: Endpoint, options: ConnectionPoolOptions = {}): ConnectionPool {
  ahead = 0;
  const clock = { now: () => realClock.now() + ahead, wallTime: () => realClock.wallTime() };
  const pool = new ConnectionPool(clock, endpoint, options);
  endings.push(() => {
    pool.close();
  });
  return pool;
}

function send(pool: ConnectionPool, limits: Partial<CallLimits> = {}): Promise<TransportResult> {
  const deadline = realClock.now() + ahead + 20_000;
  return pool.send(() => request, { deadline, connectMs: 20_000, readMs: 20_000, ...limits });
}

async function serve(onRequest: OnRequest): Promise<RawServer> {
  const server = await RawServer.start(onRequest);
  endings.push(() => server.stop());
  return server;
}

function endpointOf(url: string | undefined): Endpoint {
  const endpoint = parseEndpoint(url ?? '');
  if (endpoint === undefined) throw new Error(`${String(url)} is no endpoint`);
  return endpoint;
}

const answering: OnRequest = (socket) => socket.write(httpAnswer('{}'));

describe('ConnectionPool', () => {
  it('reads an answer, and uses a connection again', async () => {
    const server = await serve((socket) => socket.write(httpAnswer('驿站', 'x-One: 1\r\n')));
    const pool = poolTo(server.endpoint);
    for (let sends = 0; sends < 5; sends += 1) {
      expect(await send(pool)).toMatchObject({
        answered: true,
        answer: { status: 200, body: '驿站', headers: { 'x-one': '1' } },
      });
    }
    expect(server.connections).toBe(1);
    expect(pool.open).toBe(1);
  });

  it('opens a connection for each request under way, and keeps them for the next', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve((socket) => waiting.push(() => socket.write(httpAnswer('{}'))));
    const pool = poolTo(server.endpoint);
    for (let round = 1; round <= 3; round += 1) {
      const sends = Array.from({ length: 20 }, () => send(pool));
      await expect.poll(() => waiting.length, { timeout: 20_000 }).toBe(20);
      for (const answer of waiting.splice(0)) answer();
      for (const result of await Promise.all(sends)) expect(result.answered).toBe(true);
      expect(server.connections).toBe(20);
    }
  });

  const failures: readonly (readonly [string, OnRequest, Partial<TransportFailure>])[] = [
    ['a reset', (socket) => socket.resetAndDestroy(), { kind: 'reset', code: 'ECONNRESET' }],
    ['a closing', (socket) => socket.end(), { kind: 'closed' }],
    [
      'half an answer',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
      { kind: 'truncated' },
    ],
    [
      'half a chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{'),
      { kind: 'truncated' },
    ],
    ['what is no HTTP', (socket) => socket.end('220 smtp ready\r\n'), { kind: 'other' }],
    ['too much', (socket) => socket.write(httpAnswer('x'.repeat(2000))), { code: 'ANSWER_TOO_LARGE' }],
    ['silence', () => undefined, { kind: 'timeout' }],
    [
      'a stalling answer',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
      { kind: 'timeout' },
    ],
  ];
  it.each(failures)('knows that it was written when the answer is %s', async (_, onRequest, failure) => {
    const server = await serve(onRequest);
    const pool = poolTo(server.endpoint, { maxAnswerBytes: 1000 });
    const result = await send(pool, failure.kind === 'timeout' ? { readMs: 1000 } : {});
    expect(result).toMatchObject({ answered: false, failure: { written: true, ...failure } });
    expect(server.requests).toHaveLength(1);
    await expect.poll(() => server.sockets.size, { timeout: 20_000 }).toBe(0);
    expect(pool.open).toBe(0);
  });

  it('knows that nothing was written when the connection is refused', async () => {
    const server = await RawServer.start(answering);
    const { endpoint } = server;
    await server.stop();
    expect(await send(poolTo(endpoint))).toEqual({
      answered: false,
      failure: { kind: 'refused', code: 'ECONNREFUSED', written: false },
    });
  });

  it('gives connecting up on time, and never writes afterwards', async () => {
    const simulator = await startSimulator({ config: { regions: { a: {} }, gateways: {} } });
    endings.push(() => simulator.stop());
    const id = await simulator.setFault({ kind: 'blackhole', region: 'a' });
    const pool = poolTo(endpointOf(simulator.regions['a']));
    const begun = performance.now();
    expect(await send(pool, { connectMs: 300 })).toEqual({
      answered: false,
      failure: { kind: 'connect-timeout', written: false },
    });
    expect(performance.now() - begun).toBeLessThan(5000);
    await simulator.clearFault(id);
    expect(await send(pool)).toMatchObject({ answered: true, answer: { status: 404 } });
  });

  it('speaks TLS with the given authority, and takes no other for it', async () => {
    const simulator = await startSimulator({ config: { regions: { a: { tls: true } }, gateways: {} } });
    endings.push(() => simulator.stop());
    const endpoint = endpointOf(simulator.regions['a']);
    const ca = simulator.certificates['a'];
    expect(await send(poolTo(endpoint, { ca }))).toMatchObject({ answered: true });
    expect(await send(poolTo(endpoint))).toMatchObject({ failure: { kind: 'tls', written: false } });
    await simulator.setFault({ kind: 'tls-failure', region: 'a' });
    expect(await send(poolTo(endpoint, { ca }))).toMatchObject({ failure: { kind: 'tls', written: false } });
  });

  it('leaves a connection alone that was idle for too long, or is too old', async () => {
    const server = await serve(answering);
    const pool = poolTo(server.endpoint, { keepAliveMs: 100_000, maxAgeMs: 150_000 });
    await send(pool);
    ahead += 90_000;
    await send(pool);
    expect(server.connections).toBe(1);
    ahead += 90_000;
    await send(pool);
    expect(server.connections).toBe(2);
    ahead += 110_000;
    await send(pool);
    expect(server.connections).toBe(3);
    await expect.poll(() => server.sockets.size, { timeout: 20_000 }).toBe(1);
  });

  it('learns how long a host leaves connections open', async () => {
    const server = await serve(answering);
    const pool = poolTo(server.endpoint, { keepAliveMs: 100_000, maxAgeMs: 300_000 });
    await send(pool);
    ahead += 40_000;
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(() => pool.open, { timeout: 20_000 }).toBe(0);
    await send(pool);
    ahead += 19_000;
    await send(pool);
    expect(server.connections).toBe(2);
    ahead += 21_000;
    await send(pool);
    expect(server.connections).toBe(3);
  });

  it.each([
    ['timeout=2', 0, 0],
    ['timeout=5, max=100', 2900, 3100],
    ['timeout=60', 9900, 10_100],
  ])('uses no idle connection up to the end that %s names', async (keepAlive, usedAfterMs, leftAfterMs) => {
    const server = await serve((socket) => socket.write(httpAnswer('{}', `Keep-Alive: ${keepAlive}\r\n`)));
    const pool = poolTo(server.endpoint);
    await send(pool);
    if (usedAfterMs > 0) {
      ahead += usedAfterMs;
      expect(await send(pool)).toMatchObject({ answered: true });
      expect(server.connections).toBe(1);
    }
    ahead += leftAfterMs;
    expect(await send(pool)).toMatchObject({ answered: true });
    expect(server.connections).toBe(2);
  });

  it('loses no request to connections that close while it is about to use them', async () => {
    const server = await serve((socket) => {
      socket.write(httpAnswer('{}'));
      // Closes behind the answer's back, as a host does whose patience ends just now.
      setImmediate(() => socket.destroy());
    });
    const pool = poolTo(server.endpoint);
    let answered = 0;
    let lost = 0;
    for (let sends = 0; sends < 50; sends += 1) {
      const result = await send(pool);
      if (result.answered) answered += 1;
      // Where the two cross on the wire it was written, and must say so.
      else if (result.failure.written) lost += 1;
    }
    expect(answered + lost).toBe(50);
    expect(server.requests.length).toBeLessThanOrEqual(50);
    expect(answered).toBeGreaterThan(25);
  });

  it('asks for a connection to be closed by the host to be left alone', async () => {
    const server = await serve((socket) => socket.write(httpAnswer('{}', 'connection: close\r\n')));
    const pool = poolTo(server.endpoint);
    await send(pool);
    expect(pool.open).toBe(0);
    expect(await send(pool)).toMatchObject({ answered: true });
    expect(server.connections).toBe(2);
  });

  it('hears an abort before the request is written, and not after', async () => {
    let answerNow = (): void => undefined;
    const server = await serve((socket) => {
      answerNow = () => void socket.write(httpAnswer('{}'));
    });
    const pool = poolTo(server.endpoint);
    expect(await send(pool, { signal: AbortSignal.abort() })).toEqual({
      answered: false,
      failure: { kind: 'cancelled', written: false },
    });
    const gone = new AbortController();
    const answer = send(pool, { signal: gone.signal });
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(1);
    gone.abort();
    answerNow();
    expect(await answer).toMatchObject({ answered: true });
  });

  it('gives everything up when it is closed, and takes nothing more', async () => {
    const server = await serve(() => undefined);
    const pool = poolTo(server.endpoint);
    const answer = send(pool);
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(1);
    pool.close();
    expect(await answer).toMatchObject({ failure: { kind: 'cancelled', written: true } });
    expect(await send(pool)).toMatchObject({ failure: { kind: 'cancelled', written: false } });
    await expect.poll(() => server.sockets.size, { timeout: 20_000 }).toBe(0);
  });

  it('follows no redirect', async () => {
    const other = await serve(answering);
    const server = await serve((socket) =>
      socket.write(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${other.url}/\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await send(poolTo(server.endpoint))).toMatchObject({ answer: { status: 307 } });
    expect(other.connections).toBe(0);
  });
});
