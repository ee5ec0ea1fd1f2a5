import { parseEndpoint } from '@waystation/core';
import type { Endpoint } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { httpAnswer, RawServer } from '../../testing/raw-server.ts';
import type { OnRequest } from '../../testing/raw-server.ts';
import { realClock } from '../../testing/send-fixture.ts';
import { CancelSource } from '../../timing/cancel-signal.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { CallLimits } from './connection-pool.ts';
import type { HttpRequest, TransportResult } from './http-message.ts';

const request: HttpRequest = { method: 'POST', path: '/', headers: { accept: '*/*' } };
const patience = { timeout: 20_000, interval: 10 };
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function poolTo(endpoint: Endpoint | undefined): ConnectionPool {
  if (endpoint === undefined) throw new Error('no endpoint to send to');
  const pool = new ConnectionPool(realClock, endpoint);
  endings.push(() => {
    pool.close();
  });
  return pool;
}

async function serve(onRequest: OnRequest): Promise<RawServer> {
  const server = await RawServer.start(onRequest);
  endings.push(() => server.stop());
  return server;
}

function send(pool: ConnectionPool, limits: Partial<CallLimits>): Promise<TransportResult> {
  const bounds = { deadline: realClock.now() + 20_000, connectMs: 20_000, readMs: 20_000, ...limits };
  return pool.send(() => request, bounds);
}

const answering: OnRequest = (socket) => socket.write(httpAnswer('{}'));
const cancelled = { answered: false, failure: { kind: 'cancelled', written: false } };

describe('the limits of a call', () => {
  it('writes nothing without leave, and keeps the connection for those who have it', async () => {
    const server = await serve(answering);
    const pool = poolTo(server.endpoint);
    expect(await send(pool, { mayWrite: () => false })).toEqual(cancelled);
    expect(await send(pool, { mayWrite: () => Promise.resolve(false) })).toEqual(cancelled);
    const broken = new Error('the disk is full');
    await expect(send(pool, { mayWrite: () => Promise.reject(broken) })).rejects.toBe(broken);
    await expect(
      send(pool, {
        mayWrite: () => {
          throw broken;
        },
      }),
    ).rejects.toBe(broken);
    expect(server.requests).toEqual([]);
    expect(await send(pool, { mayWrite: () => true })).toMatchObject({ answered: true });
    expect(await send(pool, { mayWrite: () => Promise.resolve(true) })).toMatchObject({ answered: true });
    expect(server.connections).toBe(1);
  });

  it('hears an abort while leave is asked for', async () => {
    const server = await serve(answering);
    const pool = poolTo(server.endpoint);
    await send(pool, {});
    const gone = new CancelSource();
    const mayWrite = (): Promise<boolean> => {
      gone.abort();
      return Promise.resolve(true);
    };
    expect(await send(pool, { signal: gone, mayWrite })).toEqual(cancelled);
    expect(server.requests).toHaveLength(1);
    expect(pool.open).toBe(1);
  });

  it('hears an abort until the first byte is written', async () => {
    const server = await serve(answering);
    const pool = poolTo(server.endpoint);
    const gone = new CancelSource();
    const make = (): HttpRequest => {
      // A new connection is handed over later than this.
      queueMicrotask(() => {
        gone.abort();
      });
      return request;
    };
    const bounds = { deadline: realClock.now() + 20_000, connectMs: 20_000, readMs: 20_000, signal: gone };
    expect(await pool.send(make, bounds)).toEqual(cancelled);
    expect(await send(pool, {})).toMatchObject({ answered: true });
    expect(server.requests).toHaveLength(1);
  });

  it('hears an abort while it connects', async () => {
    const simulator = await startSimulator({ config: { regions: { a: {} }, gateways: {} } });
    endings.push(() => simulator.stop());
    await simulator.setFault({ kind: 'blackhole', region: 'a' });
    const gone = new CancelSource();
    const answer = send(poolTo(parseEndpoint(simulator.regions['a'] ?? '')), { signal: gone });
    gone.abort();
    expect(await answer).toEqual(cancelled);
  });

  it('is listened to after its deadline where it asked for that', async () => {
    let answerNow = (): void => undefined;
    const server = await serve((socket) => {
      answerNow = () => void socket.write(httpAnswer('{}'));
    });
    const asked = (times: number) => expect.poll(() => server.requests.length, patience).toBe(times);
    const pool = poolTo(server.endpoint);
    const soon = () => realClock.now() + 50;
    const first = send(pool, {});
    await asked(1);
    answerNow();
    await first;
    const deadline = soon();
    const late = send(pool, { deadline, listen: true });
    await asked(2);
    await expect.poll(() => realClock.now() - deadline, patience).toBeGreaterThan(100);
    answerNow();
    expect(await late).toMatchObject({ answered: true });
    expect(await send(pool, { deadline: soon() })).toMatchObject({
      answered: false,
      failure: { kind: 'timeout', written: true, cutShort: true },
    });
  });

  it('say whether a wait was cut short by the deadline, however long connecting took before it', async () => {
    const server = await serve(() => undefined);
    const pool = poolTo(server.endpoint);
    const mayWrite = () => new Promise<boolean>((resolve) => setTimeout(resolve, 300, true));
    const slow = { readMs: 250, mayWrite };
    expect(await send(pool, { ...slow, deadline: realClock.now() + 400 })).toEqual({
      answered: false,
      failure: { kind: 'timeout', written: true, cutShort: true },
    });
    expect(await send(pool, slow)).toEqual({ answered: false, failure: { kind: 'timeout', written: true } });
  });

  it('say whether connecting was cut short by the deadline', async () => {
    const simulator = await startSimulator({ config: { regions: { a: {} }, gateways: {} } });
    endings.push(() => simulator.stop());
    await simulator.setFault({ kind: 'blackhole', region: 'a' });
    const pool = poolTo(parseEndpoint(simulator.regions['a'] ?? ''));
    expect(await send(pool, { deadline: realClock.now() + 100 })).toEqual({
      answered: false,
      failure: { kind: 'connect-timeout', written: false, cutShort: true },
    });
  });
});
