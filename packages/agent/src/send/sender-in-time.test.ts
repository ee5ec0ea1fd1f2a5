import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';
import { twoRegions } from '../testing/two-regions.ts';
import type { RouteInput } from '../testing/two-regions.ts';
import type { SendResult } from './send-result.ts';

const phone = '13800138000';
let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} } } });
  sending = await openTestSending();
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

const primaryBackup = (route: RouteInput = {}, changes: Partial<StrategyInput> = {}) =>
  twoRegions(simulator.regions, route, changes);

describe('Sender', () => {
  it('opens the next candidate’s connection beside one that takes long, and writes once', async () => {
    await simulator.setFault({ kind: 'blackhole', region: 'a' });
    sending.apply(snapshotOf(primaryBackup()));
    const result = await sending.send(messageTo(phone), {});
    expect(result).toMatchObject({ kind: 'accepted', channel: 'b', attempts: [{ channel: 'b' }] });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('comes back to a host that was down for a moment, within the deadline', async () => {
    await simulator.setFault({ kind: 'refuse' });
    sending.apply(
      snapshotOf(primaryBackup({}, { retry: { maxAttempts: 10, maxDelayMs: 60_000, baseDelayMs: 500 } })),
    );
    const answer = sending.send(messageTo(phone), {});
    await simulator.clearFaults();
    const result = await answer;
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(simulator.check([result.id])).toMatchObject({ ok: true });
  });

  it('waits as long as a throttled account says, and asks it again', async () => {
    const id = await simulator.setFault({ kind: 'throttle' });
    sending.apply(snapshotOf(primaryBackup()));
    const answer = sending.send(messageTo(phone), {});
    await expect.poll(() => sending.blocks, { timeout: 15_000 }).toMatchObject([{ outcome: 'throttled' }]);
    await simulator.clearFault(id);
    expect(await answer).toMatchObject({
      kind: 'accepted',
      attempts: [{ outcome: 'throttled' }, { outcome: 'accepted' }],
    });
  });

  it('answers unknown at the deadline, and hears the late answer', async () => {
    await simulator.setFault({ kind: 'slow', region: 'a', delayMs: 3000, accepted: true });
    sending.apply(snapshotOf(primaryBackup()));
    const late: SendResult[] = [];
    const onLate = (one: SendResult): void => void late.push(one);
    const result = await sending.send(messageTo(phone), { timeoutMs: 1000, onLate });
    expect(result).toMatchObject({ kind: 'unknown', attempts: [{ channel: 'a', outcome: 'unknown' }] });
    await expect.poll(() => late, { timeout: 15_000 }).toHaveLength(1);
    expect(late).toMatchObject([{ id: result.id, kind: 'accepted', attempts: [{ outcome: 'accepted' }] }]);
    expect(simulator.texts()).toHaveLength(1);
  });

  it('ends what is late also where its log fails, and writes nothing', async () => {
    sending.apply(snapshotOf(primaryBackup()));
    let fail = (): void => undefined;
    const full = new Promise<void>((_resolve, reject) => {
      fail = () => {
        reject(new Error('no space'));
      };
    });
    const attempts = {
      mayBeWritten: () => true,
      starting: () => full,
      ended: () => undefined,
      absent: () => undefined,
      reopen: () => undefined,
    };
    const late: SendResult[] = [];
    const onLate = (one: SendResult): void => void late.push(one);
    const result = await sending.send(messageTo(phone), { timeoutMs: 1000, attempts, onLate });
    expect(result.kind).toBe('unknown');
    fail();
    await expect.poll(() => late, { timeout: 15_000 }).toMatchObject([{ id: result.id, kind: 'unknown' }]);
    expect(simulator.texts()).toEqual([]);
  });

  it('keeps the caller’s deadline', async () => {
    await simulator.setFault({ kind: 'hang' });
    const timeouts = { connectMs: 3000, readMs: 60_000, totalMs: 60_000 };
    sending.apply(snapshotOf(primaryBackup({ onUnknownOutcome: 'resend' }, { timeouts })));
    const begun = performance.now();
    const result = await sending.send(messageTo(phone), { timeoutMs: 2000 });
    const took = performance.now() - begun;
    expect(result).toMatchObject({ kind: 'unknown' });
    expect(took).toBeGreaterThan(1500);
    expect(took).toBeLessThan(8000);
  });

  it('gives up what was not written when the caller hangs up, and nothing else', async () => {
    await simulator.setFault({ kind: 'blackhole', region: 'a' });
    sending.apply(
      snapshotOf(
        primaryBackup({}, { timeouts: { connectMs: 30_000, totalMs: 60_000 }, race: { delayMs: 60_000 } }),
      ),
    );
    const gone = new AbortController();
    const answer = sending.send(messageTo(phone), { signal: gone.signal });
    await expect.poll(() => sending.channels[0]?.inFlight, { timeout: 15_000 }).toBe(1);
    gone.abort();
    expect(await answer).toMatchObject({ kind: 'deadline' });
    expect(simulator.texts()).toEqual([]);

    await simulator.clearFaults();
    await simulator.setFault({ kind: 'slow', region: 'a', delayMs: 1000, accepted: true });
    const late = new AbortController();
    const second = sending.send(messageTo(phone), { signal: late.signal });
    await expect.poll(() => simulator.texts(), { timeout: 15_000 }).toHaveLength(1);
    late.abort();
    expect(await second).toMatchObject({ kind: 'accepted', channel: 'a' });
  });
});
