import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realClock } from '../testing/send-fixture.ts';
import { RouteQueue } from './route-queue.ts';
import type { RouteTurn } from './route-queue.ts';

const never = Number.POSITIVE_INFINITY;
const waiting = { perSecond: 10, burst: 1, over: { kind: 'wait', maxMs: 10_000 } } as const;

describe('the queue of a route', () => {
  let turns: [string, RouteTurn['kind'], number][];
  beforeEach(() => {
    turns = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Tells when a message's turn ended, on the clock that the test advances. */
  function enter(queue: RouteQueue, name: string, latest = never, signal?: AbortSignal): void {
    const came = realClock.now();
    const note = ({ kind }: RouteTurn): void => {
      turns.push([name, kind, Math.round(realClock.now() - start)]);
    };
    const turn = queue.enter(latest === never ? never : came + latest, signal);
    if (turn instanceof Promise) void turn.then(note);
    else note(turn);
  }

  let start = 0;
  function opened(): RouteQueue {
    start = realClock.now();
    return new RouteQueue(realClock, waiting);
  }

  it('lets each go when its turn comes, in order', async () => {
    const queue = opened();
    for (const name of ['a', 'b', 'c', 'd']) enter(queue, name);
    expect(queue.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(turns).toEqual([
      ['a', 'go', 0],
      ['b', 'go', 100],
      ['c', 'go', 200],
      ['d', 'go', 300],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses at once whose deadline is before its turn', () => {
    const queue = opened();
    enter(queue, 'a');
    enter(queue, 'b', 99);
    expect(turns.map(([name, kind]) => [name, kind])).toEqual([
      ['a', 'go'],
      ['b', 'over'],
    ]);
    expect(queue.refused).toBe(1);
  });

  it('gives the turn of a caller who hung up to the next', async () => {
    const queue = opened();
    const caller = new AbortController();
    enter(queue, 'a');
    enter(queue, 'b', never, caller.signal);
    enter(queue, 'c');
    caller.abort();
    await vi.advanceTimersByTimeAsync(1000);
    expect(turns).toEqual([
      ['a', 'go', 0],
      ['b', 'gone', 0],
      ['c', 'go', 100],
    ]);
    enter(queue, 'd');
    enter(queue, 'e', never, AbortSignal.abort());
    await vi.advanceTimersByTimeAsync(1);
    expect(turns.slice(3).map(([name, kind]) => [name, kind])).toEqual([
      ['d', 'go'],
      ['e', 'gone'],
    ]);
  });

  it('follows a change of its rule while messages wait', async () => {
    const queue = opened();
    for (const name of ['a', 'b', 'c', 'd']) enter(queue, name);
    queue.change({ ...waiting, perSecond: 0.15 });
    // What leaks in 6.7 s is one message: b's. 13.4 s would be too long for c and d.
    await vi.advanceTimersByTimeAsync(0);
    expect(turns.slice(1).map(([name, kind]) => [name, kind])).toEqual([
      ['c', 'over'],
      ['d', 'over'],
    ]);
    queue.change({ ...waiting, perSecond: 100 });
    await vi.advanceTimersByTimeAsync(10);
    expect(turns.at(-1)).toEqual(['b', 'go', 10]);
  });

  it('lets everybody go whose limit is taken away, and nobody when the agent stops', async () => {
    const queue = opened();
    for (const name of ['a', 'b', 'c']) enter(queue, name);
    queue.open();
    await vi.advanceTimersByTimeAsync(0);
    for (const name of ['d', 'e']) enter(queue, name);
    queue.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(turns.map(([name, kind]) => `${name} ${kind}`)).toEqual([
      'a go',
      'b go',
      'c go',
      'd over',
      'e over',
    ]);
    expect([queue.waiting, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
