import type { RoutingSnapshot, Steps } from '@waystation/core';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { OfferedStrategy } from './offered-strategy.ts';
import type { ApplyResult } from './strategy-applier.ts';
import { StrategyIntake } from './strategy-intake.ts';

const channel = { provider: 'aliyun', regionId: 'cn-hangzhou' };

/** Many channels, so that it takes more than a slice of a clock of which every look takes 1 ms. */
function offered(revision: number, change: object = {}, drained: readonly string[] = []): OfferedStrategy {
  const names = Array.from({ length: 50 }, (_, at) => `c${String(at)}`);
  const channels = Object.fromEntries(names.map((name) => [name, channel]));
  const routes = [{ name: 'all', policy: { kind: 'primary-backup', order: names } }];
  const text = JSON.stringify({ schemaVersion: 1, channels, routes, ...change });
  const overrides = new Map(drained.map((name) => [name, { kind: 'drain' }] as const));
  return { source: 'etcd', text, revision, overrides };
}

function open() {
  let at = 0;
  const seen: RoutingSnapshot[] = [];
  const saved: number[] = [];
  const applier = {
    *applyInSteps(snapshot: RoutingSnapshot): Steps<ApplyResult> {
      yield;
      seen.push(snapshot);
      return { applied: true, warnings: [] };
    },
  };
  const intake = new StrategyIntake({
    applier,
    clock: { now: () => (at += 1), wallTime: () => 0 },
    log: pino({ enabled: false }),
    save: ({ revision }) => saved.push(revision),
    onChange: () => undefined,
  });
  return { intake, seen, saved };
}

describe('StrategyIntake', () => {
  it('takes strategies in slices, each whole, in the order in which they were offered', async () => {
    const { intake, seen, saved } = open();
    for (const revision of [1, 2, 3]) intake.offer(offered(revision));
    expect(seen).toEqual([]);
    await intake.settled();
    expect(seen.map(({ revision, strategy }) => [revision, Object.keys(strategy.channels).length])).toEqual([
      [1, 50],
      [2, 50],
      [3, 50],
    ]);
    expect(saved).toEqual([1, 2, 3]);
    expect(intake.applied?.snapshot.revision).toBe(3);
  });

  it('serves by the last good one, though worse ones were offered while it was still being taken', async () => {
    const { intake } = open();
    intake.offer(offered(1));
    intake.offer(offered(2, { timeouts: { readMs: 777 } }));
    intake.offer(offered(3, { routes: [] }, ['c7']));
    intake.refuse('etcd', 4, 'no JSON at all');
    expect(intake.refused).toBeUndefined();
    await intake.settled();
    const { snapshot } = intake.applied ?? {};
    expect(snapshot?.revision).toBe(2);
    expect(snapshot?.strategy.timeouts.readMs).toBe(777);
    expect(snapshot?.overrides.has('c7')).toBe(true);
    expect(intake.refused).toMatchObject({ revision: 4, reason: 'no JSON at all' });
    expect(intake.counts).toEqual({ applied: 3, refused: 2 });
  });

  it('drops what is half taken when it is stopped', async () => {
    const { intake, seen } = open();
    intake.offer(offered(1));
    const settled = intake.settled();
    intake.stop();
    await settled;
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
    expect(intake.applied).toBeUndefined();
  });
});
