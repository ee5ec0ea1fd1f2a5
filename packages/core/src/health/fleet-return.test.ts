import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { WatchedFleet, accepted, answered, reset, rulesOf, timeout, two } from '../testing/watched-fleet.ts';

describe('the way back', () => {
  it('leads over a probe, three accepted messages one at a time, and a growing share', () => {
    const fleet = new WatchedFleet(two);
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
    const fleet = new WatchedFleet(two, rulesOf({ health: { probe: { kind: 'off' } } }));
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
    const fleet = new WatchedFleet(two, rulesOf({ failback: { stableMs: 5000, slowStartMs: 0 } }));
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
    const fleet = new WatchedFleet(two);
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
    const fleet = new WatchedFleet(two);
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
