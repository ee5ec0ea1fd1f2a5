import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { FaultSpecInput, Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { keepingLog, messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';
import { twoRegions } from '../testing/two-regions.ts';
import type { Channels, RouteInput } from '../testing/two-regions.ts';

const phone = '13800138000';
let simulator: Simulator;
let sending: SendSide;
let lines: string[];
beforeEach(async () => {
  lines = [];
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} } } });
  sending = await openTestSending({}, { log: keepingLog(lines) });
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

const primaryBackup = (route: RouteInput = {}, changes: Partial<StrategyInput> = {}) =>
  twoRegions(simulator.regions, route, changes);

const unwritten: readonly (readonly [string, FaultSpecInput, string])[] = [
  ['refuses connections', { kind: 'refuse', region: 'a' }, 'unavailable'],
  ['throttles', { kind: 'throttle', region: 'a' }, 'throttled'],
];
const written: readonly (readonly [string, FaultSpecInput])[] = [
  ['hangs', { kind: 'hang', region: 'a' }],
  ['hangs after it took the text', { kind: 'hang', region: 'a', accepted: true }],
  ['resets', { kind: 'reset', region: 'a' }],
  ['closes', { kind: 'reset', region: 'a', how: 'fin' }],
  ['resets after it took the text', { kind: 'reset', region: 'a', accepted: true }],
  ['breaks off its answer', { kind: 'truncate', region: 'a', accepted: true }],
  ['stalls in its answer', { kind: 'stall', region: 'a' }],
  ['answers HTML', { kind: 'html', region: 'a' }],
  ['answers HTML with 200', { kind: 'html', region: 'a', status: 200 }],
  ['answers nothing', { kind: 'empty', region: 'a' }],
  ['answers what is no HTTP', { kind: 'garbage', region: 'a' }],
  ['answers 500', { kind: 'status', region: 'a', status: 500, accepted: true }],
  ['redirects', { kind: 'redirect', region: 'a' }],
  ['answers with wrong types', { kind: 'wrong-types', region: 'a', accepted: true }],
  ['answers isp.SYSTEM_ERROR', { kind: 'code', region: 'a', code: 'isp.SYSTEM_ERROR' }],
];

describe('Sender', () => {
  it('sends, with ids of its own and of the provider', async () => {
    sending.apply(snapshotOf(primaryBackup(), 7));
    const result = await sending.send(messageTo(phone), {});
    expect(result).toMatchObject({
      kind: 'accepted',
      channel: 'a',
      route: 'default',
      revision: 7,
      bizId: expect.stringMatching(/.+/) as string,
      requestId: expect.stringMatching(/.+/) as string,
      attempts: [{ channel: 'a', outcome: 'accepted', code: 'OK' }],
    });
    expect(simulator.texts()).toMatchObject([
      { region: 'a', phoneNumber: '+8613800138000', outId: result.id },
    ]);
    expect(sending.counts).toEqual({ accepted: 1, failed: 0, unknown: 0 });
  });

  it('passes on the caller’s OutId, and what the channel calls sign and template', async () => {
    const document = primaryBackup();
    const { a } = document.channels;
    const mapped = { ...a, signNames: { 驿站: '阿里云' }, templateCodes: { T: 'SMS_154950909' } };
    sending.apply(snapshotOf({ ...document, channels: { ...document.channels, a: mapped } as Channels }));
    const message = messageTo(phone, { signName: '驿站', templateCode: 'T', outId: 'order 1/+&=' });
    expect(await sending.send(message, {})).toMatchObject({ kind: 'accepted', channel: 'a' });
    expect(simulator.texts()).toMatchObject([
      { signName: '阿里云', templateCode: 'SMS_154950909', outId: 'order 1/+&=' },
    ]);
  });

  it.each(unwritten)('goes on to the next region when the first %s', async (_, fault, outcome) => {
    await simulator.setFault(fault);
    // Throttling is of the account; the region beside it has another one.
    const document = primaryBackup({}, { timeouts: { connectMs: 2000, readMs: 10_000, totalMs: 30_000 } });
    const { a, b } = document.channels;
    const channels = { a, b: { ...b, credential: 'second' } } as Channels;
    sending.apply(snapshotOf({ ...document, channels }));
    const result = await sending.send(messageTo(phone), {});
    expect(result).toMatchObject({
      kind: 'accepted',
      channel: 'b',
      attempts: [
        { channel: 'a', outcome },
        { channel: 'b', outcome: 'accepted' },
      ],
    });
    expect(simulator.check([result.id])).toMatchObject({ ok: true });
  });

  it.each(written)('says unknown, and sends nothing more, when the host %s', async (_, fault) => {
    await simulator.setFault(fault);
    sending.apply(snapshotOf(primaryBackup()));
    const result = await sending.send(messageTo(phone), { timeoutMs: 3000 });
    expect(result).toMatchObject({ kind: 'unknown', attempts: [{ channel: 'a', outcome: 'unknown' }] });
    expect(simulator.texts({ region: 'b' })).toEqual([]);
    expect(sending.counts).toEqual({ accepted: 0, failed: 0, unknown: 1 });
  });

  it('sends again at once where the route says resend', async () => {
    await simulator.setFault({ kind: 'reset', region: 'a', accepted: true });
    sending.apply(snapshotOf(primaryBackup({ onUnknownOutcome: 'resend' })));
    const result = await sending.send(messageTo(phone), {});
    expect(result).toMatchObject({
      kind: 'accepted',
      channel: 'b',
      attempts: [{ outcome: 'unknown' }, { outcome: 'accepted' }],
    });
    expect(simulator.texts({ outId: result.id })).toHaveLength(2);
  });

  it.each([
    ['isv.MOBILE_NUMBER_ILLEGAL', 'rejected'],
    ['isv.BUSINESS_LIMIT_CONTROL', 'number-limited'],
  ])('answers at once on %s', async (code, kind) => {
    await simulator.setFault({ kind: 'code', code });
    sending.apply(snapshotOf(primaryBackup()));
    const result = await sending.send(messageTo(phone), {});
    expect(result).toMatchObject({ kind, providerCode: code });
    expect(result.attempts).toHaveLength(1);
  });

  it('passes over every channel of an account that cannot pay, and alerts once', async () => {
    await simulator.setFault({ kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH' });
    sending.apply(snapshotOf(primaryBackup()));
    for (const attempts of [[{ outcome: 'account' }], [], []]) {
      const result = await sending.send(messageTo(phone), {});
      expect(result).toMatchObject({ kind: 'no-channel', attempts });
      expect(result).toMatchObject({ reason: expect.stringContaining('account') as string });
    }
    expect(sending.blocks).toMatchObject([
      { kind: 'account', name: 'main', outcome: 'account', code: 'isv.AMOUNT_NOT_ENOUGH' },
    ]);
    expect(lines.filter((line) => line.includes('isv.AMOUNT_NOT_ENOUGH'))).toHaveLength(1);
  });

  it('asks an account without balance once, however many messages come together, until a strategy forgets it', async () => {
    await simulator.setFault({ kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH', region: 'a' });
    const document = primaryBackup();
    const { a, b } = document.channels;
    const twoAccounts = { ...document, channels: { a, b: { ...b, credential: 'second' } } as Channels };
    sending.apply(snapshotOf(twoAccounts));
    await sending.send(messageTo(phone), {});
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, at) => sending.send(messageTo(`139${String(10_000_000 + at)}`), {})),
    );
    for (const result of results) {
      expect(result).toMatchObject({ kind: 'accepted', channel: 'b', attempts: [{ channel: 'b' }] });
    }
    sending.apply(snapshotOf({ ...twoAccounts, timeouts: { totalMs: 29_000 } }, 2));
    expect(sending.blocks).toHaveLength(1);
    sending.apply(
      snapshotOf(
        {
          ...twoAccounts,
          channels: { b: twoAccounts.channels['b'] } as Channels,
          routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['b'] } }],
        },
        3,
      ),
    );
    expect(sending.blocks).toEqual([]);
  });

  it('takes the host’s time over and signs again where the clocks differ', async () => {
    await simulator.stop();
    simulator = await startSimulator({ config: { regions: { a: { clockSkewMs: 3_600_000 }, b: {} } } });
    sending.apply(snapshotOf(primaryBackup()));
    for (let sends = 0; sends < 2; sends += 1) {
      const result = await sending.send(messageTo(phone), {});
      expect(result).toMatchObject({ kind: 'accepted', channel: 'a', attempts: [{ outcome: 'accepted' }] });
    }
  });

  it('refuses without a strategy, and without a channel for the message', async () => {
    expect(await sending.send(messageTo(phone), {})).toMatchObject({ kind: 'no-channel', revision: 0 });
    sending.apply(snapshotOf(primaryBackup()));
    expect(await sending.send(messageTo(phone), { route: 'none' })).toMatchObject({
      kind: 'no-channel',
      reason: expect.stringContaining('route: there is no route of this name') as string,
    });
    expect(sending.counts).toEqual({ accepted: 0, failed: 2, unknown: 0 });
  });

  it('never tells a number, a parameter, a URL or a secret in a result or a log', async () => {
    const timeouts = { connectMs: 2000, readMs: 10_000, totalMs: 30_000 };
    sending.apply(snapshotOf(primaryBackup({ onUnknownOutcome: 'resend' }, { timeouts })));
    const results: unknown[] = [];
    const faults: FaultSpecInput[] = [
      ...unwritten.map(([, fault]) => fault),
      ...written.map(([, fault]) => fault).filter(({ kind }) => kind !== 'hang' && kind !== 'stall'),
      { kind: 'code', code: 'isv.MOBILE_NUMBER_ILLEGAL', message: `${phone} is bad` },
      { kind: 'code', code: 'SignatureDoesNotMatch', message: 'server string to sign is: PhoneNumbers' },
    ];
    for (const fault of faults.map((one) => ({ ...one, region: '*' }))) {
      const id = await simulator.setFault(fault);
      results.push(await sending.send(messageTo(phone, { templateParam: { code: '40719' } }), {}));
      await simulator.clearFault(id);
    }
    const told = JSON.stringify(results) + lines.join('');
    for (const secret of ['13800138000', '40719', 'PhoneNumbers', 'simulator-secret', 'Signature=']) {
      expect(told).not.toContain(secret);
    }
  });
});
