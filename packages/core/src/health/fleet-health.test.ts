import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategySchema } from '../model/strategy.ts';
import { finish } from '../steps.ts';
import type { StrategyInput } from '../model/strategy.ts';
import type { HealthRules } from './channel-health.ts';
import { FleetHealth } from './fleet-health.ts';
import type { HealthChange } from './fleet-health.ts';
import type { Evidence } from './health-evidence.ts';

const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;

function rulesOf(changes: Pick<StrategyInput, 'health' | 'failback'> = {}): HealthRules {
  const { health, failback } = strategySchema.parse({
    schemaVersion: 1,
    channels: { a: aliyun },
    routes: [{ name: 'r', policy: { kind: 'primary-backup', order: ['a'] } }],
    ...changes,
  });
  return { health, failback };
}

const timeout: Evidence = {
  kind: 'fault',
  fault: { timedOut: true, connection: false, reason: 'no answer' },
};
const reset: Evidence = { kind: 'fault', fault: { timedOut: false, connection: false, reason: 'reset' } };
const refused: Evidence = { kind: 'fault', fault: { timedOut: false, connection: true, reason: 'refused' } };
const accepted: Evidence = { kind: 'answer', accepted: true, ms: 50 };
const answered: Evidence = { kind: 'answer', accepted: false, ms: 50 };

/** Channels on hosts, and a clock that only moves when told. */
class Fleet {
  now = 0;
  readonly health: FleetHealth;
  readonly changes: HealthChange[] = [];
  readonly #hosts: Readonly<Record<string, string>>;

  constructor(hosts: Readonly<Record<string, string>>, rules = rulesOf()) {
    this.#hosts = hosts;
    this.health = new FleetHealth(rules);
    this.renew(rules);
  }

  renew(rules: HealthRules, drained: readonly string[] = []): void {
    const channels = Object.entries(this.#hosts).map(([name, host]) => {
      return { name, host, drained: drained.includes(name) };
    });
    this.health.renew(channels, rules, this.now);
  }

  /** One attempt that ends `ms` from now. */
  attempt(channel: string, evidence: Evidence, ms = 1000): void {
    this.health.begun(channel);
    const startedAt = this.now;
    this.now += ms;
    const host = this.#hosts[channel] ?? '';
    this.changes.push(...this.health.ended(channel, host, evidence, startedAt, this.now));
  }

  attempts(channel: string, evidence: Evidence, count: number, ms = 1000): void {
    for (let n = 0; n < count; n += 1) this.attempt(channel, evidence, ms);
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      this.changes.push(...this.health.tick(this.now));
    }
  }

  probe(host: string, passed: boolean): void {
    const result = passed ? { passed, ms: 5 } : { passed, reason: 'refused' };
    this.changes.push(...this.health.probed(host, result, this.now));
  }

  state(channel: string): string | undefined {
    return this.health.conditionOf(channel, this.now)?.health.state;
  }

  standing(channel: string) {
    return this.health.view(this.now).standings.get(channel) ?? { tier: 'well', share: 1 };
  }
}

const two = { a: 'a:443', b: 'b:443' };

describe('ejection', () => {
  it('follows three timeouts in a row, and tells its evidence', () => {
    const fleet = new Fleet(two);
    fleet.attempts('a', timeout, 2);
    expect(fleet.state('a')).toBe('healthy');
    fleet.attempt('a', timeout);
    expect(fleet.standing('a')).toEqual({ tier: 'unwell', share: 1 });
    expect(fleet.changes).toMatchObject([
      {
        channel: 'a',
        from: 'healthy',
        health: {
          state: 'ejected',
          why: '3 timeouts in a row',
          until: fleet.now + 30_000,
          strikes: { evidence: ['no answer', 'no answer', 'no answer'] },
        },
      },
    ]);
  });

  it('follows five faults in a row of any kind', () => {
    const fleet = new Fleet(two);
    for (const evidence of [reset, timeout, timeout, refused]) fleet.attempt('a', evidence);
    expect(fleet.state('a')).toBe('healthy');
    fleet.attempt('a', reset);
    expect(fleet.changes).toMatchObject([{ health: { state: 'ejected', why: '5 faults in a row' } }]);
  });

  it('begins to count anew after any answer, refusals too', () => {
    const fleet = new Fleet(two);
    for (let n = 0; n < 4; n += 1) {
      fleet.attempts('a', timeout, 2);
      fleet.attempt('a', answered);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('counts faults that end within 100 ms as one', () => {
    const fleet = new Fleet(two);
    for (let n = 0; n < 3; n += 1) {
      expect(fleet.state('a')).toBe('healthy');
      fleet.attempts('a', timeout, 6, 9);
      fleet.pass(1000);
    }
    expect(fleet.state('a')).toBe('ejected');
  });

  it('is suspended while every host is struck within 2 s, and goes on when one is answered for', () => {
    const fleet = new Fleet(two);
    for (let n = 0; n < 6; n += 1) {
      fleet.attempt('a', timeout, 500);
      fleet.attempt('b', timeout, 500);
      // The third of the first ends before the other host's third, yet after its second.
      expect([fleet.state('a'), fleet.state('b')]).toEqual(['healthy', 'healthy']);
    }
    expect(fleet.health.suspectsOurselves(fleet.now)).toBe(true);
    fleet.attempts('b', accepted, 3);
    expect(fleet.health.suspectsOurselves(fleet.now)).toBe(false);
    fleet.attempt('a', timeout);
    expect([fleet.state('a'), fleet.state('b')]).toEqual(['ejected', 'healthy']);
  });

  it('is suspended on trial as well', () => {
    const fleet = new Fleet(two, rulesOf({ health: { probe: { kind: 'off' } } }));
    fleet.attempts('a', timeout, 3);
    fleet.pass(30_250);
    expect(fleet.state('a')).toBe('probing');
    fleet.attempts('a', accepted, 2);
    fleet.attempt('b', timeout, 500);
    fleet.attempt('a', timeout, 500);
    expect(fleet.health.suspectsOurselves(fleet.now)).toBe(true);
    expect(fleet.state('a')).toBe('probing');
    // Its trial begins anew.
    fleet.attempts('a', accepted, 2);
    expect(fleet.state('a')).toBe('probing');
    fleet.attempt('a', accepted);
    expect(fleet.state('a')).toBe('slow-start');
  });

  it('does not ask a drained host whether it fails as well', () => {
    const fleet = new Fleet({ ...two, c: 'c:443' });
    fleet.renew(rulesOf(), ['c']);
    for (let n = 0; n < 4; n += 1) {
      fleet.attempt('a', timeout, 500);
      fleet.attempt('b', timeout, 500);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('doubles up to its maximum, and is shorter again after as long a time of health', () => {
    const fleet = new Fleet(
      two,
      rulesOf({
        health: { probe: { kind: 'off' }, ejection: { baseMs: 10_000, maxMs: 35_000 } },
        failback: { slowStartMs: 0 },
      }),
    );
    const lengthOfNext = () => {
      fleet.attempts('a', timeout, 3);
      const { health } = fleet.changes.at(-1) ?? {};
      const length = health?.state === 'ejected' ? health.until - health.since : Number.NaN;
      fleet.pass(length + 250);
      fleet.attempts('a', accepted, 3);
      expect(fleet.state('a')).toBe('healthy');
      return length;
    };
    expect([lengthOfNext(), lengthOfNext(), lengthOfNext(), lengthOfNext()]).toEqual([
      10_000, 20_000, 35_000, 35_000,
    ]);
    fleet.pass(2 * 35_000);
    expect(lengthOfNext()).toBe(20_000);
  });
});

describe('channels of one host', () => {
  const shared = { a: 'x:443', b: 'x:443', c: 'c:443' };

  it('share connection faults, and nothing that was written', () => {
    const fleet = new Fleet(shared);
    fleet.attempts('a', refused, 5);
    expect([fleet.state('a'), fleet.state('b'), fleet.state('c')]).toEqual(['ejected', 'ejected', 'healthy']);
    const other = new Fleet(shared);
    other.attempts('a', reset, 5);
    expect([other.state('a'), other.state('b')]).toEqual(['ejected', 'healthy']);
  });

  it('share the answer that refutes connection faults', () => {
    const fleet = new Fleet(shared);
    for (let n = 0; n < 3; n += 1) {
      fleet.attempts('a', refused, 4);
      fleet.attempt('b', answered);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('share their probe', () => {
    const fleet = new Fleet(shared);
    for (let n = 0; n < 3; n += 1) {
      fleet.probe('x:443', false);
      fleet.pass(5000);
    }
    expect([fleet.state('a'), fleet.state('b'), fleet.state('c')]).toEqual(['ejected', 'ejected', 'healthy']);
    expect(fleet.changes[0]?.health).toMatchObject({
      why: '3 probes in a row failed',
      strikes: { evidence: ['probe: refused'] },
    });
  });
});

describe('the way back', () => {
  it('leads over a probe, three accepted messages one at a time, and a growing share', () => {
    const fleet = new Fleet(two);
    fleet.attempts('a', timeout, 3);
    fleet.pass(31_000);
    expect(fleet.state('a')).toBe('ejected');
    fleet.probe('a:443', false);
    fleet.pass(1000);
    expect(fleet.state('a')).toBe('ejected');
    fleet.probe('a:443', true);
    fleet.pass(250);
    expect(fleet.state('a')).toBe('probing');

    expect(fleet.standing('a').tier).toBe('well');
    fleet.health.begun('a');
    expect(fleet.standing('a').tier).toBe('unwell');
    fleet.changes.push(...fleet.health.ended('a', 'a:443', accepted, fleet.now, fleet.now));
    expect(fleet.standing('a').tier).toBe('well');

    fleet.attempt('a', answered);
    fleet.attempt('a', accepted);
    expect(fleet.state('a')).toBe('probing');
    fleet.attempt('a', accepted);
    expect(fleet.state('a')).toBe('slow-start');
    expect(fleet.standing('a')).toEqual({ tier: 'well', share: 0.1 });
    fleet.pass(15_000);
    expect(fleet.standing('a').share).toBeCloseTo(0.55);
    fleet.pass(15_250);
    expect(fleet.state('a')).toBe('healthy');
    expect(fleet.standing('a')).toEqual({ tier: 'well', share: 1 });
    expect(fleet.changes.map(({ health }) => health.state)).toEqual([
      'ejected',
      'probing',
      'slow-start',
      'healthy',
    ]);
  });

  it('ends at a fault of a message on trial, but not of one from before the trial', () => {
    const fleet = new Fleet(two, rulesOf({ health: { probe: { kind: 'off' } } }));
    fleet.attempts('a', timeout, 3);
    fleet.pass(30_250);
    expect(fleet.state('a')).toBe('probing');
    fleet.health.ended('a', 'a:443', timeout, 0, fleet.now);
    expect(fleet.state('a')).toBe('probing');
    fleet.attempt('a', reset);
    expect(fleet.changes.at(-1)?.health).toMatchObject({
      state: 'ejected',
      why: 'a message on trial failed',
      until: fleet.now + 60_000,
    });
  });

  it('from a low score needs a good one for stableMs', () => {
    const fleet = new Fleet(two, rulesOf({ failback: { stableMs: 5000, slowStartMs: 0 } }));
    for (let n = 0; n < 10; n += 1) {
      fleet.attempts('a', accepted, 9, 100);
      fleet.attempt('a', reset, 100);
    }
    fleet.pass(250);
    expect(fleet.changes).toMatchObject([
      { health: { state: 'degraded', why: 'its score fell to 60, below 80' } },
    ]);
    expect(fleet.standing('a')).toEqual({ tier: 'degraded', share: 1 });
    fleet.pass(31_000);
    fleet.attempts('a', accepted, 25, 10);
    fleet.pass(4500);
    expect(fleet.state('a')).toBe('degraded');
    fleet.pass(1000);
    expect(fleet.state('a')).toBe('healthy');
  });

  it('keeps what is known of a channel over a new strategy, unless its host is another', () => {
    const fleet = new Fleet(two);
    fleet.attempts('a', timeout, 3);
    fleet.renew(rulesOf({ health: { threshold: 70 } }));
    expect(fleet.state('a')).toBe('ejected');
    const moved = [{ name: 'a', host: 'z:443', drained: false }];
    fleet.health.renew(moved, rulesOf(), fleet.now);
    expect(fleet.state('a')).toBe('healthy');
    expect(fleet.state('b')).toBeUndefined();
    // The end of a message that began before, at the host that was.
    expect(fleet.health.ended('a', 'a:443', timeout, 0, fleet.now)).toEqual([]);
  });

  it('goes on as before while a new strategy is prepared, and forgets nothing of that time', () => {
    const fleet = new Fleet(two);
    const onlyA = [{ name: 'a', host: two.a, drained: true }];
    const steps = fleet.health.renewInSteps(onlyA, rulesOf(), fleet.now);
    steps.next();
    fleet.attempts('a', timeout, 3);
    const putInForce = finish(steps);
    expect(fleet.state('b')).toBe('healthy');
    putInForce();
    expect(fleet.state('a')).toBe('ejected');
    expect(fleet.state('b')).toBeUndefined();
  });
});

it('whatever happens, states follow their order, shares and scores stay in bounds, and nothing gets stuck', () => {
  const step = fc.record({
    channel: fc.constantFrom('a', 'b', 'c'),
    evidence: fc.constantFrom(timeout, reset, refused, accepted, answered),
    probe: fc.option(fc.boolean()),
    wait: fc.integer({ min: 0, max: 40_000 }),
  });
  const nextStates: Readonly<Record<string, readonly string[]>> = {
    healthy: ['degraded', 'ejected'],
    degraded: ['slow-start', 'ejected'],
    ejected: ['probing'],
    probing: ['slow-start', 'ejected'],
    'slow-start': ['healthy', 'degraded', 'ejected'],
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fleet = new Fleet({ a: 'x:443', b: 'x:443', c: 'c:443' });
      for (const { channel, evidence, probe, wait } of steps) {
        fleet.attempt(channel, evidence, 200);
        if (probe !== null) fleet.probe('x:443', probe);
        fleet.pass(wait);
        for (const name of ['a', 'b', 'c']) {
          const { share } = fleet.standing(name);
          expect(share > 0 && share <= 1).toBe(true);
          const { score = 100 } = fleet.health.conditionOf(name, fleet.now) ?? {};
          expect(score >= 0 && score <= 100).toBe(true);
        }
      }
      for (const { from, health } of fleet.changes) expect(nextStates[from]).toContain(health.state);
      // Mended for good: everyone is back in the end.
      for (let n = 0; n < 60; n += 1) {
        for (const host of ['x:443', 'c:443']) fleet.probe(host, true);
        for (const name of ['a', 'b', 'c']) fleet.attempts(name, accepted, 3, 10);
        fleet.pass(12_000);
      }
      for (const name of ['a', 'b', 'c']) expect(fleet.state(name)).toBe('healthy');
    }),
    { numRuns: 30 },
  );
});
