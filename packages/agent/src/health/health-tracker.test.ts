import { classifyTransport, outcomeOf } from '@waystation/core';
import type { Outcome, ProbeResult, StrategyInput } from '@waystation/core';
import { VirtualClock } from '@waystation/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelSet } from '../pool/channel-pools.ts';
import { keepingLog, snapshotOf } from '../testing/send-fixture.ts';
import { HealthTracker } from './health-tracker.ts';
import type { ProbeTarget } from './probe-host.ts';

const timedOut = classifyTransport({ kind: 'connect-timeout', written: false });
const accepted = outcomeOf('accepted', { reason: 'OK', written: true });

let clock: VirtualClock;
let lines: string[];
let tracker: HealthTracker;
/** Host → how its probe under way is answered. */
let probes: Map<string, { readonly target: ProbeTarget; readonly answer: (result: ProbeResult) => void }>;
const onChange = vi.fn();
beforeEach(() => {
  clock = new VirtualClock();
  lines = [];
  probes = new Map();
  onChange.mockReset();
  tracker = new HealthTracker({
    clock,
    random: () => 0.5,
    log: keepingLog(lines),
    onChange,
    probe: (target, signal) =>
      new Promise((answer) => {
        probes.set(target.endpoint.host, { target, answer });
        signal.addEventListener('abort', () => {
          answer({ passed: false, reason: 'given up' });
        });
      }),
  });
});
afterEach(async () => {
  await tracker.stop();
});

const gateway: StrategyInput['channels'][string] = {
  provider: 'http',
  endpoint: 'http://127.0.0.1:7304/send',
  credential: 'other',
  contents: { T: 'text' },
  request: { fields: { to: '${phone.e164}' } },
  answer: { code: '/code', accepted: ['0'] },
};

function follow(ports: Readonly<Record<string, number>>, changes: Partial<StrategyInput> = {}): void {
  const channels = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      {
        provider: 'aliyun',
        regionId: 'cn-hangzhou',
        endpoint: `http://127.0.0.1:${String(port)}`,
        credential: 'main',
      } as const,
    ]),
  );
  const snapshot = snapshotOf({
    schemaVersion: 1,
    channels,
    routes: [{ name: 'r', policy: { kind: 'primary-backup', order: Object.keys(ports) } }],
    ...changes,
  });
  const open: ChannelSet = new Map(
    Object.entries(snapshot.strategy.channels).map(([name, channel]) => [
      name,
      {
        name,
        channel,
        host: new URL('endpoint' in channel ? (channel.endpoint ?? '') : '').host,
        account: 'main',
        inFlight: 0,
        hasRoom: true,
        send: () => Promise.reject(new Error('not asked for')),
        drain: () => Promise.resolve(),
      },
    ]),
  );
  tracker.renew(open, snapshot);
}

const limits = { deadline: 1e9, callerDeadline: 2e9 };

function attempt(channel: string, port: number, outcome: Outcome, ms = 3000): void {
  tracker.begun(channel);
  const startedAt = clock.now();
  clock.advance(ms);
  const candidate = { channel, host: `127.0.0.1:${String(port)}` };
  tracker.ended(candidate, { ...limits, outcome, startedAt, endedAt: clock.now() });
}

function attempts(channel: string, port: number, outcome: Outcome, count: number): void {
  for (let n = 0; n < count; n += 1) attempt(channel, port, outcome);
}

const told = (message: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);

describe('HealthTracker', () => {
  it('ejects after three timeouts, and logs its evidence', () => {
    expect(tracker.view()).toBeUndefined();
    follow({ a: 1, b: 2 });
    attempts('a', 1, timedOut, 3);
    const reason = 'unavailable: connecting took too long before anything was written, 3000 ms';
    expect(told('channel ejected')).toMatchObject([
      {
        channel: 'a',
        host: '127.0.0.1:1',
        from: 'healthy',
        why: '3 timeouts in a row',
        evidence: [reason, reason, reason],
        forMs: 30_000,
      },
    ]);
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(tracker.view()?.standings.get('a')?.tier).toBe('unwell');
    expect(tracker.conditionOf('a')).toMatchObject({ health: { state: 'ejected' } });
  });

  it('follows changed settings at once, and keeps what it counted', () => {
    follow({ a: 1, b: 2 });
    attempts('a', 1, timedOut, 2);
    follow({ a: 1, b: 2 }, { health: { ejection: { consecutiveTimeouts: 4, baseMs: 1000 } } });
    attempt('a', 1, timedOut);
    expect(told('channel ejected')).toEqual([]);
    attempt('a', 1, timedOut);
    expect(told('channel ejected')).toMatchObject([{ why: '4 timeouts in a row', forMs: 1000 }]);
  });

  it('tells each step of the way back', () => {
    follow({ a: 1, b: 2 }, { health: { probe: { kind: 'off' } }, failback: { slowStartMs: 1000 } });
    attempts('a', 1, timedOut, 3);
    clock.advance(30_000);
    tracker.tick();
    attempts('a', 1, accepted, 3);
    clock.advance(1000);
    tracker.tick();
    const steps = ['channel ejected', 'channel probing', 'channel slow-start', 'channel healthy'];
    expect(steps.map((step) => told(step).length)).toEqual([1, 1, 1, 1]);
  });

  it('suspects its own network, once', () => {
    follow({ a: 1, b: 2 });
    for (let n = 0; n < 4; n += 1) {
      attempt('a', 1, timedOut, 500);
      attempt('b', 2, timedOut, 500);
      tracker.tick();
    }
    expect(told('channel ejected')).toEqual([]);
    expect(lines.filter((line) => line.includes('suspected'))).toHaveLength(1);
  });

  it('learns nothing from an attempt of which nothing is known', () => {
    follow({ a: 1 });
    for (let n = 0; n < 5; n += 1) {
      tracker.begun('a');
      tracker.ended({ channel: 'a', host: '127.0.0.1:1' }, undefined);
    }
    expect(tracker.conditionOf('a')).toMatchObject({ health: { state: 'healthy' } });
    expect(tracker.conditionOf('a')).not.toHaveProperty('score');
  });
});

describe('probes', () => {
  it('ask each host once, side by side, and the first round ends with the last of them', async () => {
    const channels = { a: 1, b: 2, sameHost: 1 };
    expect(tracker.probingFirst).toBe(false);
    follow(channels);
    await expect.poll(() => [...probes.keys()]).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
    probes.get('127.0.0.1:2')?.answer({ passed: true, ms: 7 });
    await expect.poll(() => tracker.view()?.latencyOf('b')).toBe(7);
    expect(tracker.probingFirst).toBe(true);
    probes.get('127.0.0.1:1')?.answer({ passed: false, reason: 'refused' });
    await expect.poll(() => tracker.probingFirst).toBe(false);
    // A host that comes later is no cold start.
    follow({ ...channels, c: 3 });
    expect(tracker.probingFirst).toBe(false);
    await expect.poll(() => probes.has('127.0.0.1:3')).toBe(true);
  });

  it('only connect to a gateway, and ask nobody where they are off', async () => {
    const routes: StrategyInput['routes'] = [{ name: 'r', policy: { kind: 'primary-backup', order: ['g'] } }];
    const kind = () => probes.get('127.0.0.1:7304')?.target.how.kind;
    follow({}, { channels: { g: gateway }, routes, health: { probe: { kind: 'off' } } });
    expect(kind()).toBeUndefined();
    follow({}, { channels: { g: gateway }, routes, health: { probe: { kind: 'api' } } });
    await expect.poll(kind).toBe('tcp');
  });
});
