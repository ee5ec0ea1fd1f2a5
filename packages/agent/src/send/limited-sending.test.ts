import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptNotWritten } from '../journal/attempt-not-written.ts';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { SendResult } from './send-result.ts';

const phone = '13800138000';
const other = '13900139000';
/** One, and the next after more time than any test takes. */
const one = { perSecond: 0.01, burst: 1 } as const;

let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} } } });
  resend = false;
  sending = await openTestSending();
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

let revision = 0;
/** Whether `first` sends again what may have been sent. */
let resend = false;

/** Two routes over the same two regions, `first` for all but a template, under these limits from now on. */
function limitTo(limits: StrategyInput['limits']): void {
  revision += 1;
  const region = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;
  const strategy: StrategyInput = {
    schemaVersion: 1,
    channels: {
      a: { ...region, endpoint: simulator.regions['a'], credential: 'main' },
      b: { ...region, endpoint: simulator.regions['b'], credential: 'second' },
    },
    routes: [
      {
        name: 'spare',
        policy: { kind: 'primary-backup', order: ['b'] },
        match: { templateCodes: ['SMS_1'] },
        onUnknownOutcome: 'fail',
      },
      {
        name: 'first',
        policy: { kind: 'primary-backup', order: ['a', 'b'] },
        onUnknownOutcome: resend ? 'resend' : 'fail',
      },
    ],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
    limits,
  };
  expect(sending.apply(snapshotOf(strategy, revision))).toMatchObject({ applied: true });
}

function send(to: string = phone, options: Parameters<SendSide['send']>[1] = {}): Promise<SendResult> {
  return sending.send(messageTo(to), options);
}

describe('a route over its limit', () => {
  it('refuses, says when to come back, and sends nothing', async () => {
    limitTo({ routes: { first: one } });
    const sent = await send();
    const refused = await send();
    expect(sent.kind).toBe('accepted');
    expect(refused).toMatchObject({ kind: 'limited', route: 'first', attempts: [] });
    expect('retryAfterMs' in refused && refused.retryAfterMs).toBeGreaterThan(50_000);
    expect(simulator.texts()).toHaveLength(1);
    expect(sending.limits.routes).toEqual({ first: { waiting: 0, refused: 1 } });
  });

  it('goes by its fallback, once', async () => {
    limitTo({
      routes: {
        first: { ...one, over: { kind: 'fallback', route: 'spare' } },
        spare: { ...one, over: { kind: 'reject' } },
      },
    });
    const [x, y, z] = [await send(), await send(), await send()];
    expect(x).toMatchObject({ kind: 'accepted', route: 'first', channel: 'a' });
    expect(y).toMatchObject({ kind: 'accepted', route: 'spare', channel: 'b' });
    expect(z).toMatchObject({ kind: 'limited', reason: expect.stringContaining('spare') as string });
  });

  it('waits for its turn', async () => {
    limitTo({ routes: { first: { perSecond: 20, burst: 1, over: { kind: 'wait', maxMs: 20_000 } } } });
    const all = await Promise.all(Array.from({ length: 5 }, () => send()));
    expect(all.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'accepted'));
    expect(simulator.texts()).toHaveLength(5);
  });

  it('keeps what was counted when its limit changes', async () => {
    limitTo({ routes: { first: { perSecond: 0.01, burst: 3 } } });
    for (let sent = 0; sent < 2; sent += 1) expect((await send()).kind).toBe('accepted');
    limitTo({ routes: { first: { perSecond: 0.02, burst: 3 } } });
    expect([(await send()).kind, (await send()).kind]).toEqual(['accepted', 'limited']);
    limitTo({ routes: { first: { perSecond: 0.02, burst: 4 } } });
    expect([(await send()).kind, (await send()).kind]).toEqual(['accepted', 'limited']);
  });
});

describe('a channel over its limit', () => {
  it('is passed over without an attempt, and shown; with all over the message is refused', async () => {
    limitTo({ channels: { a: one, b: one } });
    expect(await send()).toMatchObject({ channel: 'a' });
    expect(await send()).toMatchObject({ channel: 'b', attempts: [{ channel: 'b' }] });
    expect(sending.channels).toMatchObject([{ state: 'limited' }, { state: 'healthy' }]);
    expect(await send()).toMatchObject({ kind: 'limited', attempts: [] });
    expect(simulator.texts()).toHaveLength(2);
    expect(sending.channels).toMatchObject([
      { state: 'limited', why: 'its limit of 0.01 a second, 1 at once, is used up' },
      { state: 'limited', health: { state: 'healthy' } },
    ]);
  });

  it('costs nothing of its rate where nothing was written', async () => {
    await simulator.setFault({ kind: 'refuse', region: 'a' });
    limitTo({ channels: { a: one } });
    expect(await send()).toMatchObject({ channel: 'b', attempts: [{ outcome: 'unavailable' }, {}] });
    await simulator.clearFaults();
    expect(await send()).toMatchObject({ channel: 'a' });
    expect(await send()).toMatchObject({ channel: 'b', attempts: [{ channel: 'b' }] });
  });

  it('takes no more attempts at once than it may', async () => {
    await simulator.setFault({ kind: 'hang', region: 'a' });
    limitTo({ channels: { a: { maxInFlight: 2 } } });
    const hung = [send(phone, { timeoutMs: 20_000 }), send(phone, { timeoutMs: 20_000 })];
    await expect
      .poll(() => sending.channels.find(({ name }) => name === 'a')?.inFlight, { timeout: 15_000 })
      .toBe(2);
    expect(await send()).toMatchObject({ channel: 'b', attempts: [{ channel: 'b' }] });
    await simulator.clearFaults();
    await sending.stop(0);
    await Promise.all(hung);
  });
});

describe('a number over its limit', () => {
  const otp = { numbers: { kind: 'aliyun-otp' } } as const;

  it('refuses the whole message, and names it', async () => {
    limitTo(otp);
    expect(await send()).toMatchObject({ kind: 'accepted' });
    const refused = await send(`${other},${phone}`);
    expect(refused).toMatchObject({ kind: 'number-limited', index: 1, attempts: [] });
    expect('reason' in refused && refused.reason).toContain('phoneNumbers[1] (138****8000)');
    expect(await send(other)).toMatchObject({ kind: 'accepted' });
  });

  it('counts a message that failed over once', async () => {
    await simulator.setFault({ kind: 'refuse', region: 'a' });
    limitTo({ numbers: { kind: 'windows', windows: [{ windowMs: 3_600_000, max: 2 }] } });
    const kinds = [(await send()).kind, (await send()).kind, (await send()).kind];
    expect(kinds).toEqual(['accepted', 'accepted', 'number-limited']);
  });

  it('counts nothing where nothing was sent', async () => {
    limitTo({ ...otp, routes: { first: one } });
    expect((await send(other)).kind).toBe('accepted');
    expect((await send()).kind).toBe('limited');
    await simulator.setFault({ kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH', match: { action: 'SendSms' } });
    limitTo(otp);
    // Neither the refused one nor the one that nobody took is counted.
    expect((await send()).kind).toBe('no-channel');
    expect((await send()).kind).toBe('no-channel');
    const blocked = { state: 'blocked', code: 'isv.AMOUNT_NOT_ENOUGH', until: expect.any(String) as string };
    expect(sending.channels).toMatchObject([
      { ...blocked, why: expect.stringContaining('its account main: ') as string },
      { ...blocked, why: expect.stringContaining('its account second: ') as string },
    ]);
  });

  it('counts nothing where the journal keeps the attempt back, unless one before it may have been sent', async () => {
    limitTo(otp);
    const log = (kept: number): AttemptLog => ({
      mayBeWritten: () => true,
      starting: () => (kept-- > 0 ? Promise.resolve() : Promise.reject(new AttemptNotWritten('full', {}))),
      ended: () => undefined,
      absent: () => undefined,
      reopen: () => undefined,
    });
    await expect(send(phone, { attempts: log(0) })).rejects.toThrow('full');
    expect((await send()).kind).toBe('accepted');
    await simulator.setFault({ kind: 'reset', region: 'a', accepted: true });
    resend = true;
    limitTo(otp);
    await expect(send(other, { attempts: log(1) })).rejects.toThrow('full');
    expect((await send(other)).kind).toBe('number-limited');
  });

  it('counts nothing where the journal keeps the attempt back after the caller was told', async () => {
    limitTo(otp);
    let refuse = (): void => undefined;
    const starting = new Promise<void>((_, reject) => {
      refuse = () => {
        reject(new AttemptNotWritten('full', {}));
      };
    });
    const attempts: AttemptLog = {
      mayBeWritten: () => true,
      starting: () => starting,
      ended: () => undefined,
      absent: () => undefined,
      reopen: () => undefined,
    };
    let tellLate: (late: SendResult) => void = () => undefined;
    const late = new Promise<SendResult>((resolve) => (tellLate = resolve));
    const told = await send(phone, { attempts, timeoutMs: 1500, onLate: tellLate });
    expect(told.kind).toBe('unknown');
    refuse();
    expect((await late).kind).toBe('deadline');
    expect((await send()).kind).toBe('accepted');
  });

  it('counts what may have been sent', async () => {
    await simulator.setFault({ kind: 'reset', region: 'a', accepted: true });
    limitTo(otp);
    expect((await send()).kind).toBe('unknown');
    expect((await send()).kind).toBe('number-limited');
  });

  it('does not count a message again that a key brings back', async () => {
    limitTo(otp);
    expect((await send()).kind).toBe('accepted');
    expect((await send(phone, { counted: true })).kind).toBe('accepted');
  });
});
