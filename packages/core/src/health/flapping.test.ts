import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByHealth } from '../routing/order-by-health.ts';
import { primaryBackup } from '../routing/primary-backup.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { WatchedFleet, accepted, refused, reset, rulesOf, timeout, two } from '../testing/watched-fleet.ts';
import type { HealthChange } from './fleet-health.ts';
import type { Evidence } from './health-evidence.ts';

const rules = rulesOf();
const hourMs = 3_600_000;
const stepMs = 250;

/** What of a host fails while it is down. */
interface Trouble {
  readonly sends?: Evidence;
  readonly probes: boolean;
}

/** A primary that goes up and down with a backup that does not, under four messages a second and their probes. */
class Flapping {
  readonly fleet = new WatchedFleet(two, rules);
  readonly #random = seededRandom(2);
  readonly #trouble: Trouble;
  #nextProbe = 0;
  /** First attempts by the primary, and those of them that failed. */
  taken = 0;
  failed = 0;

  constructor(trouble: Trouble) {
    this.#trouble = trouble;
  }

  /** Lets time pass; `isUp` tells of any instant whether the primary is up. */
  run(ms: number, isUp: (at: number) => boolean): void {
    const { fleet } = this;
    for (const end = fleet.now + ms; fleet.now < end;) {
      fleet.pass(stepMs);
      const up = isUp(fleet.now);
      if (fleet.now >= this.#nextProbe) {
        this.#nextProbe = fleet.now + rules.health.probe.intervalMs * (0.8 + 0.4 * this.#random());
        fleet.probe('a:443', up || !this.#trouble.probes);
        fleet.probe('b:443', true);
      }
      this.#send(up);
    }
  }

  #send(up: boolean): void {
    const { fleet } = this;
    const view = fleet.health.view(fleet.now);
    const first = orderByHealth(primaryBackup(['a', 'b']), () => true, this.#random, view).at(0);
    if (first === 'a') {
      const { sends } = this.#trouble;
      const evidence = up || sends === undefined ? accepted : sends;
      this.taken += 1;
      if (evidence !== accepted) this.failed += 1;
      fleet.attempt('a', evidence, 0);
      if (evidence === accepted) return;
    }
    fleet.attempt('b', accepted, 0);
  }
}

/**
 * How often an ejected channel is on trial at most within this time: the n-th ejection is twice as long as the one
 * before, up to its maximum: by default 14 times in an hour. One that is forgotten, and makes the next shorter, costs as long a time of health.
 */
function mostTrials(withinMs: number): number {
  const { baseMs, maxMs } = rules.health.ejection;
  let trials = 0;
  for (let length = baseMs, spent = length; spent <= withinMs; spent += length) {
    trials += 1;
    length = Math.min(maxMs, 2 * length);
  }
  return trials;
}

/** How often it came back to its traffic: on trial, or from a low score, which takes `stableMs` each time. */
function returnsOf({ fleet: { changes } }: Flapping) {
  const from = (state: string) => changes.filter((change) => change.from === state && isBack(change));
  return { trials: from('ejected').length, recoveries: from('degraded').length };
}

function isBack({ health: { state } }: HealthChange): boolean {
  return state === 'probing' || state === 'slow-start';
}

function expectFewReturns(host: Flapping): void {
  const { trials, recoveries } = returnsOf(host);
  expect(trials).toBeLessThanOrEqual(mostTrials(hourMs - recoveries * rules.failback.stableMs));
}

/** The rest of an ejection or of its samples, a good score or three messages on trial, a slow start. */
const backMs = rules.health.ejection.maxMs + 2 * rules.failback.stableMs + rules.failback.slowStartMs;

function expectAllTraffic(host: Flapping): void {
  expect(host.fleet.state('a')).toBe('healthy');
  const before = host.taken;
  host.run(60_000, () => true);
  expect(host.taken - before).toBe(60_000 / stepMs);
}

function ejectionsOf({ fleet: { changes } }: Flapping): number[] {
  return changes.flatMap(({ health }) => (health.state === 'ejected' ? [health.until - health.since] : []));
}

const troubles: readonly (readonly [string, Trouble])[] = [
  ['refuses connections', { sends: refused, probes: true }],
  ['answers nothing', { sends: timeout, probes: true }],
  ['breaks sends, and answers probes', { sends: reset, probes: false }],
  ['fails probes, and takes messages', { probes: true }],
];

describe.each(troubles)('a host that goes up and down for an hour and %s when it is down', (_, trouble) => {
  const { baseMs, maxMs } = rules.health.ejection;

  it.each([2000, 10_000, 45_000])('gets its traffic back ever more rarely: every %i ms', (periodMs) => {
    const host = new Flapping(trouble);
    host.run(hourMs, (at) => Math.floor(at / periodMs) % 2 === 0);
    expectFewReturns(host);
    const lengths = ejectionsOf(host);
    expect([lengths[0], Math.max(...lengths)]).toEqual([baseMs, maxMs]);
    // Before a score can tell, from its twentieth sample on, five faults in a row eject.
    const { trials, recoveries } = returnsOf(host);
    expect(host.failed).toBeLessThan(20 * (1 + trials + recoveries));

    host.run(backMs, () => true);
    expectAllTraffic(host);
    // Each ejection is forgotten after as long a time of health as the longest lasts.
    host.run(lengths.length * maxMs, () => true);
    host.run(30_000, () => false);
    expect([host.fleet.state('a'), ejectionsOf(host).at(-1)]).toEqual(['ejected', baseMs]);
  });
});

it('however long a host is up and down, its returns are as few, and it is taken back when it stays up', () => {
  const periodMs = fc.integer({ min: 1000, max: 120_000 });
  const trouble = fc.constantFrom(...troubles.map(([, how]) => how));
  fc.assert(
    fc.property(trouble, periodMs, periodMs, (how, upMs, downMs) => {
      const host = new Flapping(how);
      host.run(hourMs, (at) => at % (upMs + downMs) < upMs);
      expectFewReturns(host);
      host.run(backMs, () => true);
      expectAllTraffic(host);
    }),
    { numRuns: 12 },
  );
});
