import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WatchedFleet, accepted, answered, refused, reset, timeout } from '../testing/watched-fleet.ts';

describe('channels of one host', () => {
  const shared = { a: 'x:443', b: 'x:443', c: 'c:443' };

  it('share connection faults, and nothing that was written', () => {
    const fleet = new WatchedFleet(shared);
    fleet.attempts('a', refused, 5);
    expect([fleet.state('a'), fleet.state('b'), fleet.state('c')]).toEqual(['ejected', 'ejected', 'healthy']);
    const other = new WatchedFleet(shared);
    other.attempts('a', reset, 5);
    expect([other.state('a'), other.state('b')]).toEqual(['ejected', 'healthy']);
  });

  it('share the answer that refutes connection faults', () => {
    const fleet = new WatchedFleet(shared);
    for (let n = 0; n < 3; n += 1) {
      fleet.attempts('a', refused, 4);
      fleet.attempt('b', answered);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('share their probe', () => {
    const fleet = new WatchedFleet(shared);
    fleet.probe('x:443', true);
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
      const fleet = new WatchedFleet({ a: 'x:443', b: 'x:443', c: 'c:443' });
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
