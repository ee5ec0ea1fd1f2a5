import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import {
  keepingLog,
  messageTo,
  openTestSending,
  simulatorKeys,
  snapshotOf,
} from '../testing/send-fixture.ts';
import type { SendingDependencies, SendingOptions } from './open-sending.ts';

const patience = { timeout: 20_000, interval: 20 };
const phone = '13800138000';
let dir: string;
let simulator: Simulator;
let sending: SendSide | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-sending-'));
  simulator = await startSimulator({
    config: {
      regions: { a: {}, b: {} },
      accounts: {
        main: {
          keys: [
            { accessKeyId: 'LTAISimulatorMain', accessKeySecret: 'simulator-secret-of-main' },
            { accessKeyId: 'STS.1', accessKeySecret: 'temporary', securityToken: 'token-1' },
          ],
          apiKeys: ['simulator-apikey'],
          signs: [{ name: '阿里云' }],
          templates: { SMS_154950909: { content: '您的验证码是：${code}，请在5分钟内输入。' } },
        },
      },
    },
  });
});
afterEach(async () => {
  await sending?.stop(0);
  sending = undefined;
  await simulator.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

async function open(
  options: Partial<SendingOptions> = {},
  dependencies: Partial<SendingDependencies> = {},
): Promise<SendSide> {
  sending = await openTestSending(options, dependencies);
  return sending;
}

type Channels = StrategyInput['channels'];

function document(channels: Channels): StrategyInput {
  return {
    schemaVersion: 1,
    channels,
    routes: [
      {
        name: 'all',
        policy: { kind: 'primary-backup', order: Object.keys(channels) },
        onUnknownOutcome: 'fail',
      },
    ],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
  };
}

function region(name: string, credential = 'main'): Channels[string] {
  return { provider: 'aliyun', regionId: 'cn-hangzhou', endpoint: simulator.regions[name], credential };
}

function gateway(): Channels[string] {
  return {
    provider: 'http',
    endpoint: simulator.gateways['other'] ?? '',
    credential: 'other',
    contents: { SMS_154950909: '您的验证码是：${code}，请在5分钟内输入。' },
    request: {
      fields: {
        apikey: '${credential.key}',
        mobile: '${phone.national}',
        content: '【${signName}】${content}',
        ref: '${outId}',
      },
    },
    answer: {
      code: '/code',
      accepted: ['0'],
      id: '/sid',
      classes: { '1001': 'throttled', '3': 'misconfigured' },
    },
  };
}

describe('the sending half', () => {
  it('goes from a region that is down to a gateway of another provider', async () => {
    const side = await open();
    await simulator.setFault({ kind: 'refuse', region: 'a' });
    side.apply(snapshotOf(document({ a: region('a'), other: gateway() })));
    const result = await side.send(messageTo(phone), {});
    expect(result).toMatchObject({
      kind: 'accepted',
      channel: 'other',
      bizId: expect.stringMatching(/.+/) as string,
      attempts: [{ channel: 'a', outcome: 'unavailable' }, { channel: 'other' }],
    });
    expect(simulator.texts()).toMatchObject([
      { region: 'other', content: '【阿里云】您的验证码是：4071，请在5分钟内输入。', outId: result.id },
    ]);
  });

  it('says unknown where a gateway broke off', async () => {
    const side = await open();
    await simulator.setFault({ kind: 'truncate', region: 'other', accepted: true });
    side.apply(snapshotOf(document({ other: gateway(), a: region('a') })));
    expect(await side.send(messageTo(phone), {})).toMatchObject({ kind: 'unknown' });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('uses a rotated key from the next send on, over the connection that stands', async () => {
    const file = join(dir, 'credentials.yaml');
    const put = async (text: string): Promise<void> => {
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    };
    await put('main: { accessKeyId: LTAISimulatorMain, accessKeySecret: wrong }');
    const lines: string[] = [];
    let changes = 0;
    const side = await open(
      { credentialsFile: file, env: {} },
      { log: keepingLog(lines), onCredentialsChanged: () => (changes += 1) },
    );
    side.apply(snapshotOf(document({ a: region('a') })));
    expect(await side.send(messageTo(phone), {})).toMatchObject({
      kind: 'no-channel',
      attempts: [{ outcome: 'misconfigured', code: 'SignatureDoesNotMatch' }],
    });
    await put('main: { accessKeyId: STS.1, accessKeySecret: temporary, securityToken: token-1 }');
    await expect.poll(() => changes, patience).toBe(1);
    expect(await side.send(messageTo(phone), {})).toMatchObject({ kind: 'accepted', channel: 'a' });
    expect(lines.join('')).toContain('SignatureDoesNotMatch');
    expect(lines.join('')).not.toMatch(/temporary|token-1|simulator-secret/);
  });

  it('signs with the default chain, and says so when that has nothing', async () => {
    const held: { key?: string } = {};
    const askChain = () =>
      held.key === undefined
        ? Promise.reject(new Error('no metadata service'))
        : Promise.resolve({ accessKeyId: held.key, accessKeySecret: 'simulator-secret-of-main' });
    const clock = { now: () => performance.now() + ahead, wallTime: () => Date.now() };
    let ahead = 0;
    const side = await open({ env: {} }, { askChain, clock });
    side.apply(snapshotOf(document({ a: region('a', 'default') })));
    expect(await side.send(messageTo(phone), {})).toMatchObject({
      kind: 'no-channel',
      reason: expect.stringContaining('default credential chain') as string,
      attempts: [{ outcome: 'misconfigured' }],
    });
    held.key = 'LTAISimulatorMain';
    ahead = 6000;
    expect(await side.send(messageTo(phone), {})).toMatchObject({ kind: 'accepted' });
  });

  it('gives the next candidate its turn where a channel has no room', async () => {
    const side = await open({ channels: { maxInFlight: 1 } });
    await simulator.setFault({ kind: 'slow', region: 'a', delayMs: 4000, accepted: true });
    side.apply(snapshotOf(document({ a: region('a'), b: region('b') })));
    const first = side.send(messageTo(phone), {});
    await expect.poll(() => simulator.texts(), patience).toHaveLength(1);
    expect(side.channels.map(({ name, inFlight }) => [name, inFlight])).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
    const second = await side.send(messageTo('13800138001'), {});
    expect(second).toMatchObject({ kind: 'accepted', channel: 'b', attempts: [{ channel: 'b' }] });
    expect(await first).toMatchObject({ kind: 'accepted', channel: 'a' });
  });

  it('never uses a drained channel, not even for messages that began before', async () => {
    const side = await open();
    const strategy = document({ a: region('a'), b: region('b') });
    side.apply(snapshotOf(strategy, 1));
    side.apply(snapshotOf(strategy, 1, { a: { kind: 'drain' } }));
    expect(await side.send(messageTo(phone), {})).toMatchObject({ kind: 'accepted', channel: 'b' });
    expect(side.channels.map(({ name, drained }) => [name, drained])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    await simulator.setFault({ kind: 'blackhole', region: 'a' });
    const timeouts = { connectMs: 1500, readMs: 10_000, totalMs: 30_000 };
    const hurried = { ...strategy, timeouts, race: { delayMs: 60_000 }, retry: { maxAttempts: 1 } };
    side.apply(snapshotOf(hurried, 2));
    const begun = side.send(messageTo('13800138001'), {});
    await expect.poll(() => side.channels[0]?.inFlight, patience).toBe(1);
    side.apply(snapshotOf(hurried, 2, { b: { kind: 'drain' } }));
    expect(await begun).toMatchObject({ kind: 'no-channel', attempts: [{ channel: 'a' }] });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('sends past a channel that was ejected, shows why, and tries it all the same when nobody is left', async () => {
    const side = await open();
    const health = { ejection: { consecutiveFailures: 1 }, probe: { kind: 'off' as const } };
    const channels = { a: region('a'), b: region('b') };
    side.apply(snapshotOf({ ...document(channels), health }));
    await simulator.setFault({ kind: 'refuse', region: 'a' });
    expect(await side.send(messageTo(phone), {})).toMatchObject({
      kind: 'accepted',
      attempts: [{ channel: 'a' }, { channel: 'b' }],
    });
    expect(side.channels).toMatchObject([
      {
        name: 'a',
        health: {
          state: 'ejected',
          why: 'a fault',
          until: expect.any(String) as string,
          evidence: [expect.stringMatching(/refused/) as string],
        },
      },
      { name: 'b', health: { state: 'healthy' } },
    ]);
    await simulator.clearFaults();
    expect(await side.send(messageTo(phone), {})).toMatchObject({ attempts: [{ channel: 'b' }] });
    side.apply(snapshotOf({ ...document(channels), health }, 2, { b: { kind: 'drain' } }));
    expect(await side.send(messageTo(phone), {})).toMatchObject({
      kind: 'accepted',
      attempts: [{ channel: 'a' }],
    });
  });

  it('lets what is under way end when it stops, and cuts what takes too long', async () => {
    const side = await open();
    await simulator.setFault({ kind: 'slow', region: 'a', delayMs: 1000, accepted: true });
    await simulator.setFault({ kind: 'hang', region: 'b', accepted: true });
    side.apply(snapshotOf(document({ a: region('a'), b: region('b') })));
    const slow = side.send(messageTo(phone), {});
    await expect.poll(() => simulator.texts(), patience).toHaveLength(1);
    await side.stop(20_000);
    expect(await slow).toMatchObject({ kind: 'accepted' });

    const busy = await openTestSending();
    busy.apply(snapshotOf(document({ a: region('a') })));
    const several = [busy.send(messageTo(phone), {})];
    await expect.poll(() => simulator.texts(), patience).toHaveLength(2);
    several.push(busy.send(messageTo(phone), {}));
    await expect.poll(() => simulator.texts(), patience).toHaveLength(3);
    const stopping = performance.now();
    await busy.stop(40_000);
    // With the last of them, and not when its patience ends.
    expect(performance.now() - stopping).toBeLessThan(20_000);
    expect((await Promise.all(several)).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);

    const other = await openTestSending();
    other.apply(snapshotOf(document({ b: region('b') })));
    const hanging = other.send(messageTo(phone), {});
    await expect.poll(() => simulator.texts(), patience).toHaveLength(4);
    await other.stop(100);
    expect(await hanging).toMatchObject({ kind: 'unknown' });
  });

  it('fails no message through strategies that change under load', async () => {
    const side = await open({ env: simulatorKeys });
    const variants: Channels[] = [
      { a: region('a'), b: region('b') },
      { b: region('b') },
      { a: { ...region('a'), failureDomain: 'x' }, b: region('b') },
      { other: gateway(), a: region('a') },
    ];
    side.apply(snapshotOf(document(variants[0] ?? {}), 1));
    const sends = Array.from({ length: 8 }, async (_, worker) => {
      const kinds: string[] = [];
      for (let count = 0; count < 40; count += 1) {
        const number = `139${String(worker).padStart(4, '0')}${String(count).padStart(4, '0')}`;
        kinds.push((await side.send(messageTo(number), {})).kind);
        side.apply(snapshotOf(document(variants[(worker + count) % 4] ?? {}), 2 + count));
      }
      return kinds;
    });
    const kinds = (await Promise.all(sends)).flat();
    expect(kinds).toEqual(Array.from({ length: 320 }, () => 'accepted'));
    expect(simulator.texts()).toHaveLength(320);
  });
});
