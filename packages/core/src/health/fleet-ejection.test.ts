import { describe, expect, it } from 'vitest';
import {
  WatchedFleet,
  accepted,
  answered,
  refused,
  reset,
  rulesOf,
  timeout,
  two,
} from '../testing/watched-fleet.ts';

describe('ejection', () => {
  it('follows three timeouts in a row, and tells its evidence', () => {
    const fleet = new WatchedFleet(two);
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
    const fleet = new WatchedFleet(two);
    for (const evidence of [reset, timeout, timeout, refused]) fleet.attempt('a', evidence);
    expect(fleet.state('a')).toBe('healthy');
    fleet.attempt('a', reset);
    expect(fleet.changes).toMatchObject([{ health: { state: 'ejected', why: '5 faults in a row' } }]);
  });

  it('begins to count anew after any answer, refusals too', () => {
    const fleet = new WatchedFleet(two);
    for (let n = 0; n < 4; n += 1) {
      fleet.attempts('a', timeout, 2);
      fleet.attempt('a', answered);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('counts faults that end within 100 ms as one', () => {
    const fleet = new WatchedFleet(two);
    for (let n = 0; n < 3; n += 1) {
      expect(fleet.state('a')).toBe('healthy');
      fleet.attempts('a', timeout, 6, 9);
      fleet.pass(1000);
    }
    expect(fleet.state('a')).toBe('ejected');
  });

  it('is suspended while every host is struck within 2 s, and goes on when one is answered for', () => {
    const fleet = new WatchedFleet(two);
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
    const fleet = new WatchedFleet(two, rulesOf({ health: { probe: { kind: 'off' } } }));
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
    const fleet = new WatchedFleet({ ...two, c: 'c:443' });
    fleet.renew(rulesOf(), ['c']);
    for (let n = 0; n < 4; n += 1) {
      fleet.attempt('a', timeout, 500);
      fleet.attempt('b', timeout, 500);
    }
    expect(fleet.changes).toEqual([]);
  });

  it('doubles up to its maximum, and is shorter again after as long a time of health', () => {
    const fleet = new WatchedFleet(
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
