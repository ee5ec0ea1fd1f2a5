import { buildPicker } from '@waystation/core';
import type { Message, StrategyInput } from '@waystation/core';
import { seededRandom } from '@waystation/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SendOptions } from '../http/message-sender.ts';
import { messageTo, realClock, snapshotOf } from '../testing/send-fixture.ts';
import { Candidates } from '../send/candidates.ts';
import { LimitBook } from './limit-book.ts';
import { MessageGate } from './message-gate.ts';
import type { GateEntry } from './message-gate.ts';

/** A gate of one route with these limits, two a second and one at once, on the clock that the test advances. */
function gateOf(
  limits: StrategyInput['limits'],
): (options: SendOptions, message?: Message) => Promise<GateEntry & { leftMs?: number }> {
  const snapshot = snapshotOf({
    schemaVersion: 1,
    channels: { a: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
    routes: [{ name: 'all', policy: { kind: 'primary-backup', order: ['a'] } }],
    timeouts: { totalMs: 10_000 },
    limits,
  });
  const book = new LimitBook({ clock: realClock });
  book.change(snapshot.strategy.limits);
  const health = { view: () => undefined };
  const gate = new MessageGate({ limits: book, health, clock: realClock, random: seededRandom(1) });
  const channels = new Map();
  const state = { snapshot, picker: buildPicker(snapshot), channels, candidates: new Candidates(channels) };
  return async (options, message = messageTo('13800138000')) => {
    const entry = await gate.enter({ state, id: 'id', message, options });
    return entry.entered ? { ...entry, leftMs: entry.deadline - realClock.now() } : entry;
  };
}

describe('the gate', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const waiting = { perSecond: 2, burst: 1, over: { kind: 'wait', maxMs: 60_000 } } as const;

  it('gives a message what the wait has left of its time', async () => {
    const enter = gateOf({ routes: { all: waiting } });
    expect(await enter({})).toMatchObject({ entered: true, leftMs: 10_000 });
    const [second, third] = [enter({}), enter({ timeoutMs: 3000 })];
    await vi.advanceTimersByTimeAsync(1000);
    expect(await second).toMatchObject({ entered: true, leftMs: 9500 });
    expect(await third).toMatchObject({ entered: true, leftMs: 2000 });
  });

  it('lets nobody wait who would have less time left than an attempt needs', async () => {
    const enter = gateOf({ routes: { all: waiting } });
    await enter({});
    expect(await enter({ timeoutMs: 790 })).toMatchObject({ entered: false, result: { kind: 'limited' } });
    const last = enter({ timeoutMs: 810 });
    await vi.advanceTimersByTimeAsync(500);
    expect(await last).toMatchObject({ entered: true, leftMs: 310 });
  });

  it('counts the numbers of a message once, and not those of one that was turned away', async () => {
    const windows = [{ windowMs: 60_000, max: 2 }];
    const enter = gateOf({
      routes: { all: { perSecond: 2, burst: 1 } },
      numbers: { kind: 'windows', windows },
    });
    expect((await enter({})).entered).toBe(true);
    expect(await enter({})).toMatchObject({ result: { kind: 'limited', retryAfterMs: 500 } });
    await vi.advanceTimersByTimeAsync(500);
    expect((await enter({})).entered).toBe(true);
    expect(await enter({})).toMatchObject({ result: { kind: 'number-limited', index: 0 } });
  });

  it('names the number that is over where the caller wrote another one twice', async () => {
    const windows = [{ windowMs: 60_000, max: 1 }];
    const enter = gateOf({ numbers: { kind: 'windows', windows } });
    await enter({}, messageTo('13900139000'));
    const twice = {
      ...messageTo('13800138000'),
      phoneNumbers: ['13800138000', '+8613800138000', '13900139000'],
      e164: ['+8613800138000', '+8613900139000'],
    };
    expect(await enter({}, twice)).toMatchObject({
      result: {
        kind: 'number-limited',
        index: 1,
        reason: expect.stringContaining('phoneNumbers[1] (139****9000)') as string,
      },
    });
  });
});
