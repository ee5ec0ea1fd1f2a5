import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator, SimulatorConfigInput } from '@waystation/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';
import type { SendResult } from './send-result.ts';

const phone = '13800138000';
const patience = { timeout: 15_000 };
let simulator: Simulator;
let sending: SendSide;
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

type RouteInput = Partial<StrategyInput['routes'][number]>;

/** Two regions of one account, `a` before `b`, whose records show at once. */
async function scene(
  route: RouteInput = {},
  records: SimulatorConfigInput['records'] = {},
  rules: StrategyInput['reconcile'] = {},
) {
  const config = { regions: { a: {}, b: {} }, records: { appearAfterMs: 0, ...records } };
  simulator = await startSimulator({ config });
  sending = await openTestSending();
  const channel = { provider: 'aliyun' as const, credential: 'main' };
  const { a, b } = simulator.regions;
  sending.apply(
    snapshotOf({
      schemaVersion: 1,
      channels: {
        a: { ...channel, regionId: 'cn-hangzhou', ...(a !== undefined && { endpoint: a }) },
        b: { ...channel, regionId: 'cn-beijing', ...(b !== undefined && { endpoint: b }) },
      },
      routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['a', 'b'] }, ...route }],
      timeouts: { connectMs: 10_000, readMs: 30_000, totalMs: 30_000 },
      reconcile: { firstMs: 100, intervalMs: 300, settleMs: 600, budgetMs: 5000, ...rules },
    }),
  );
}

const message = messageTo(phone, { outId: 'as always' });
const lost = { kind: 'reset', region: 'a', match: { action: 'SendSms' }, count: 1 } as const;
const questions = { action: 'QuerySendDetails' } as const;

describe('an answer that is lost', () => {
  it('is asked for: accepted, though the OutId is one that the caller always sends', async () => {
    await scene();
    await simulator.setFault({ ...lost, accepted: true });
    const result = await sending.send(message, {});
    expect(result).toMatchObject({
      ...{ kind: 'accepted', channel: 'a' },
      attempts: [{ channel: 'a', outcome: 'unknown', searched: 'found' }],
    });
    expect(simulator.texts()).toHaveLength(1);
    expect(sending.counts).toEqual({ accepted: 1, failed: 0, unknown: 0 });
  });

  it('of a message that never arrived is followed by another host, once that is proven', async () => {
    await scene();
    await simulator.setFault(lost);
    expect(await sending.send(message, {})).toMatchObject({ kind: 'accepted', channel: 'b' });
    expect(simulator.texts()).toMatchObject([{ region: 'b' }]);
  });

  it('of a request that was signed anew for the clock is followed by another host, once that is proven', async () => {
    await scene();
    const expired = { kind: 'code', code: 'InvalidTimeStamp.Expired' } as const;
    await simulator.setFault({ ...expired, region: 'a', match: { action: 'SendSms' }, count: 1 });
    await simulator.setFault(lost);
    const result = await sending.send(message, {});
    expect(result).toMatchObject({ kind: 'accepted', channel: 'b' });
    expect(result.attempts).toMatchObject([
      { channel: 'a', outcome: 'unknown', searched: 'absent' },
      { channel: 'b' },
    ]);
  });

  it('of a message that never arrived is told as not sent where the route says so', async () => {
    await scene({ afterReconcile: 'fail' });
    await simulator.setFault(lost);
    const result = await sending.send(message, {});
    expect(result).toMatchObject({ kind: 'no-channel', attempts: [{ searched: 'absent' }] });
    expect(simulator.texts()).toEqual([]);
  });

  it('is found through another host of the account when its own has died', async () => {
    await scene();
    await simulator.setFault({ ...lost, accepted: true });
    await simulator.setFault({ kind: 'hang', region: 'a', match: questions });
    expect(await sending.send(message, {})).toMatchObject({ kind: 'accepted', channel: 'a' });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('stays unknown where the records are masked, unless the OutId is the message’s own', async () => {
    for (const outId of ['keep', 'suffix'] as const) {
      await scene({ outId }, { mask: 'numbers-and-content' });
      await simulator.setFault({ ...lost, accepted: true });
      const result = await sending.send(message, {});
      expect(result.kind).toBe(outId === 'keep' ? 'unknown' : 'accepted');
      const sent = outId === 'keep' ? 'as always' : `as always~${result.id}`;
      expect(simulator.texts()).toMatchObject([{ outId: sent }]);
      if (outId === 'suffix') break;
      await sending.stop(0);
      await simulator.stop();
    }
  });

  it('stays unknown while questions are throttled, and says why', async () => {
    await scene();
    await simulator.setFault({ ...lost, accepted: true });
    await simulator.setFault({ kind: 'throttle', region: '*', match: questions });
    const result = await sending.send(message, {});
    expect(result).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/Throttling/) as string });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('is found among three pages of records', async () => {
    await scene();
    const others = Array.from({ length: 120 }, (_, at) =>
      messageTo(phone, { outId: 'as always', templateParam: { code: String(2000 + at) } }),
    );
    for (const one of others) expect((await sending.send(one, {})).kind).toBe('accepted');
    await simulator.setFault({ ...lost, accepted: true });
    expect(await sending.send(message, {})).toMatchObject({ kind: 'accepted', channel: 'a' });
    expect(simulator.texts()).toHaveLength(121);
  });
});

describe('an answer that is late', () => {
  const slow = { kind: 'slow', region: 'a', accepted: true, match: { action: 'SendSms' }, count: 1 } as const;

  it('is not waited for where the provider has the message', async () => {
    await scene();
    await simulator.setFault({ ...slow, delayMs: 25_000 });
    const result = await sending.send(message, { timeoutMs: 6000 });
    expect(result).toMatchObject({ kind: 'accepted', channel: 'a', attempts: [{ searched: 'found' }] });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('decides after the deadline as well, whatever the search cannot tell', async () => {
    await scene();
    await simulator.setFault({ kind: 'throttle', region: '*', match: questions });
    await simulator.setFault({ ...slow, delayMs: 4000 });
    const late: SendResult[] = [];
    const result = await sending.send(message, { timeoutMs: 2000, onLate: (one) => late.push(one) });
    expect(result.kind).toBe('unknown');
    await expect.poll(() => late, patience).toMatchObject([{ kind: 'accepted', id: result.id }]);
    expect(late[0]).toHaveProperty('bizId');
    expect(simulator.texts()).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it('leaves the search going, and nothing is sent for what it finds', async () => {
    await scene({}, {}, { settleMs: 3000, budgetMs: 20_000 });
    await simulator.setFault(lost);
    const late: SendResult[] = [];
    const result = await sending.send(message, { timeoutMs: 2500, onLate: (one) => late.push(one) });
    expect(result.kind).toBe('unknown');
    await expect.poll(() => late, patience).toMatchObject([{ kind: 'no-channel', id: result.id }]);
    expect(simulator.texts()).toEqual([]);
  });
});

it('an agent that stops tells whoever waits for a search that it is not known', async () => {
  await scene();
  await simulator.setFault({ ...lost, accepted: true });
  await simulator.setFault({ kind: 'hang', region: '*', match: questions });
  const result = sending.send(message, {});
  await expect.poll(() => simulator.texts().length, patience).toBe(1);
  await sending.stop(0);
  expect((await result).kind).toBe('unknown');
});
