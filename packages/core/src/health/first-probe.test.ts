import { describe, expect, it } from 'vitest';
import { lowestLatency } from '../routing/lowest-latency.ts';
import { orderByHealth } from '../routing/order-by-health.ts';
import { takeOrder } from '../routing/order.ts';
import type { Ordering } from '../routing/picker.ts';
import { primaryBackup } from '../routing/primary-backup.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { WatchedFleet, accepted, answered, refused, reset, rulesOf, two } from '../testing/watched-fleet.ts';

const random = seededRandom(49);

/** Every order in which the channels are asked, over many picks. */
function ordersOf(ordering: Ordering, fleet: WatchedFleet): Set<string> {
  const view = fleet.health.view(fleet.now);
  const orders = Array.from({ length: 100 }, () =>
    takeOrder(orderByHealth(ordering, () => true, random, view)),
  );
  return new Set(orders.map((order) => order.join(' ')));
}

const three = { dead: 'dead:443', slow: 'slow:443', fast: 'fast:443' };
const results: readonly (readonly [host: string, passed: boolean, ms?: number])[] = [
  ['dead:443', false],
  ['slow:443', true, 800],
  ['fast:443', true, 20],
];

describe('after the first round of probes', () => {
  it.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('the fastest comes first and the dead one last, in whatever order they end: %i %i %i', (...turns) => {
    const fleet = new WatchedFleet(three);
    for (const turn of turns) fleet.probe(...(results[turn] ?? ['', false]));
    expect(ordersOf(lowestLatency(Object.keys(three)), fleet)).toEqual(new Set(['fast slow dead']));
    expect(ordersOf(primaryBackup(Object.keys(three)), fleet)).toEqual(new Set(['slow fast dead']));
    expect(fleet.changes).toMatchObject([
      {
        channel: 'dead',
        from: 'healthy',
        health: { state: 'degraded', why: 'a probe failed, and nothing good is known of it: refused' },
      },
    ]);
    expect(fleet.health.conditionOf('dead', fleet.now)?.score).toBe(0);
  });

  it('all that failed are asked by the policy, and nobody is ejected while we suspect ourselves', () => {
    const fleet = new WatchedFleet(two);
    for (let round = 0; round < 9; round += 1) {
      for (const host of Object.values(two)) fleet.probe(host, false);
      fleet.pass(1000);
      expect(ordersOf(primaryBackup(['a', 'b']), fleet)).toEqual(new Set(['a b']));
    }
    expect(fleet.changes.map(({ health }) => health.state)).toEqual(['degraded', 'degraded']);
    fleet.probe('b:443', true);
    expect(ordersOf(primaryBackup(['a', 'b']), fleet)).toEqual(new Set(['b a']));
  });

  it('one that stays dead is ejected by its third failure, as any other', () => {
    const fleet = new WatchedFleet(two);
    for (let round = 0; round < 3; round += 1) {
      fleet.probe('b:443', true);
      fleet.probe('a:443', false);
      fleet.pass(5000);
    }
    expect(fleet.changes).toMatchObject([
      { health: { state: 'degraded' } },
      {
        from: 'degraded',
        health: {
          state: 'ejected',
          why: '3 probes in a row failed',
          strikes: { evidence: ['probe: refused', 'probe: refused'] },
        },
      },
    ]);
  });
});

describe('a failed probe', () => {
  it.each<[string, (fleet: WatchedFleet) => void]>([
    [
      'a probe that passed',
      (fleet) => {
        fleet.probe('a:443', true);
      },
    ],
    [
      'a message that was answered',
      (fleet) => {
        fleet.attempt('a', answered);
      },
    ],
    [
      'a message that was answered long ago',
      (fleet) => {
        fleet.attempt('a', answered);
        fleet.attempt('a', reset);
        fleet.pass(3_600_000);
      },
    ],
  ])('alone says nothing against %s', (_, good) => {
    const fleet = new WatchedFleet(two);
    good(fleet);
    fleet.probe('a:443', false);
    fleet.probe('a:443', false);
    expect(fleet.changes).toEqual([]);
    expect(fleet.standing('a').tier).toBe('well');
  });

  it('alone says nothing against a channel whose host answered another one', () => {
    const fleet = new WatchedFleet({ a: 'x:443', b: 'x:443', c: 'c:443' });
    fleet.attempt('a', answered);
    fleet.probe('x:443', false);
    expect(fleet.changes).toEqual([]);
  });
});

describe('one whose first probe failed comes back', () => {
  const shared = { a: 'x:443', b: 'x:443', c: 'c:443' };
  const failed = () => {
    const fleet = new WatchedFleet(shared);
    fleet.probe('x:443', false);
    expect([fleet.state('a'), fleet.state('b'), fleet.state('c')]).toEqual([
      'degraded',
      'degraded',
      'healthy',
    ]);
    return fleet;
  };

  it('not by time, and with the first probe that passes', () => {
    const fleet = failed();
    fleet.pass(3_600_000);
    expect(fleet.state('a')).toBe('degraded');
    fleet.probe('x:443', true);
    expect([fleet.state('a'), fleet.state('b')]).toEqual(['slow-start', 'slow-start']);
    fleet.pass(30_250);
    expect([fleet.state('a'), fleet.state('b')]).toEqual(['healthy', 'healthy']);
    // Something good is known of them now.
    fleet.probe('x:443', false);
    expect(fleet.state('a')).toBe('healthy');
  });

  it.each([accepted, answered])('with the first message that its host answers', (evidence) => {
    const fleet = failed();
    fleet.attempt('a', refused);
    expect(fleet.state('a')).toBe('degraded');
    fleet.attempt('a', evidence);
    expect([fleet.state('a'), fleet.state('b')]).toEqual(['slow-start', 'slow-start']);
  });

  it('when nobody is probed any more', () => {
    const fleet = failed();
    const rules = rulesOf({ health: { probe: { kind: 'off' } } });
    fleet.renew(rules);
    fleet.pass(250);
    expect(fleet.state('a')).toBe('slow-start');
  });
});
