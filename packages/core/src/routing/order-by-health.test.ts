import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthView, Standing } from '../health/health-view.ts';
import { chiSquare, chiSquareLimit } from '../testing/chi-square.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { lowestLatency } from './lowest-latency.ts';
import { orderByHealth } from './order-by-health.ts';
import { takeOrder } from './order.ts';
import type { Ordering } from './picker.ts';
import { primaryBackup } from './primary-backup.ts';
import { weightedRandom } from './weighted-random.ts';

const all = () => true;

function view(
  standings: Readonly<Record<string, Partial<Standing>>>,
  latencies: Readonly<Record<string, number>> = {},
): HealthView {
  const full = Object.entries(standings).map(
    ([name, standing]) => [name, { tier: 'well', share: 1, ...standing }] as const,
  );
  return { standings: new Map(full), latencyOf: (channel) => latencies[channel] };
}

const degraded = { tier: 'degraded' } as const;
const unwell = { tier: 'unwell' } as const;
const random = seededRandom(11);

/** How often each channel comes first. */
function firsts(ordering: Ordering, health: HealthView, draws: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let n = 0; n < draws; n += 1) {
    const first = orderByHealth(ordering, all, random, health).at(0) ?? 'none';
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

describe('orderByHealth', () => {
  it.each<[string, Parameters<typeof view>[0], string[]]>([
    ['keeps the policy’s order among the well', {}, ['a', 'b', 'c', 'd']],
    ['puts the degraded after the well', { a: degraded }, ['b', 'c', 'd', 'a']],
    ['puts the unwell after the degraded', { a: unwell, b: degraded }, ['c', 'd', 'b', 'a']],
    [
      'keeps the policy’s order where nobody is well',
      { a: unwell, b: unwell, c: unwell, d: unwell },
      ['a', 'b', 'c', 'd'],
    ],
  ])('%s', (_, standings, order) => {
    const ordering = primaryBackup(['a', 'b', 'c', 'd']);
    expect(takeOrder(orderByHealth(ordering, all, random, view(standings)))).toEqual(order);
  });

  it('gives the weights of the policy to the last resort', () => {
    const ordering = weightedRandom([
      { channel: 'a', weight: 90 },
      { channel: 'b', weight: 10 },
    ]);
    const { a = 0, b = 0 } = firsts(ordering, view({ a: unwell, b: unwell }), 5000);
    expect(chiSquare([a, b], [4500, 500])).toBeLessThan(chiSquareLimit(1));
  });

  it('names every covered channel exactly once, whatever its health, by every policy', () => {
    const standing = fc.record({
      tier: fc.constantFrom('well' as const, 'degraded' as const, 'unwell' as const),
      share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    const names = fc.uniqueArray(fc.stringMatching(/^[a-h]$/), { minLength: 1 });
    fc.assert(
      fc.property(names, fc.dictionary(fc.stringMatching(/^[a-h]$/), standing), (channels, standings) => {
        const orderings = [
          primaryBackup(channels),
          weightedRandom(channels.map((channel, n) => ({ channel, weight: n % 3 }))),
          lowestLatency(channels),
        ];
        const covers = (channel: string) => channel !== 'h';
        const tiers = ['well', 'degraded', 'unwell'];
        for (const ordering of orderings) {
          const order = takeOrder(orderByHealth(ordering, covers, random, view(standings)));
          expect(order.toSorted()).toEqual(channels.filter(covers).toSorted());
          const places = order.map((channel) => tiers.indexOf(standings[channel]?.tier ?? 'well'));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});

describe('a channel that is coming back', () => {
  it('is first as primary by the chance of its share, else the last of the well', () => {
    const ordering = primaryBackup(['a', 'b', 'c']);
    const health = view({ a: { share: 0.3 }, c: degraded });
    const { a = 0, b = 0 } = firsts(ordering, health, 5000);
    expect(chiSquare([a, b], [1500, 3500])).toBeLessThan(chiSquareLimit(1));
    const order = takeOrder(orderByHealth(ordering, all, () => 0.9, health));
    expect(order).toEqual(['b', 'a', 'c']);
  });

  it('has its share of its weight', () => {
    const ordering = weightedRandom([
      { channel: 'a', weight: 70 },
      { channel: 'b', weight: 30 },
    ]);
    const { a = 0, b = 0 } = firsts(ordering, view({ a: { share: 0.1 } }), 6000);
    expect(chiSquare([a, b], [6000 * (7 / 37), 6000 * (30 / 37)])).toBeLessThan(chiSquareLimit(1));
  });

  it('competes by the chance of its share, however fast it is, else it is the last of the well', () => {
    const ordering = lowestLatency(['a', 'b']);
    const health = view({ a: { share: 0.1 } }, { a: 20, b: 100 });
    const { a = 0, b = 0 } = firsts(ordering, health, 5000);
    expect(chiSquare([a, b], [500, 4500])).toBeLessThan(chiSquareLimit(1));
    const slow = lowestLatency(['a', 'b', 'c', 'd']);
    const one = view({ a: { share: 0.1 }, d: degraded }, { a: 20, b: 300, c: 100, d: 10 });
    expect(takeOrder(orderByHealth(slow, all, () => 0.9, one))).toEqual(['c', 'b', 'a', 'd']);
  });

  it('takes messages where it is the only one', () => {
    const orderings = [
      primaryBackup(['a']),
      weightedRandom([{ channel: 'a', weight: 1 }]),
      lowestLatency(['a']),
    ];
    for (const ordering of orderings)
      expect(takeOrder(orderByHealth(ordering, all, () => 0.99, view({ a: { share: 0.1 } })))).toEqual(['a']);
  });
});

describe('lowest-latency', () => {
  it('takes the faster of two that are drawn, so that the slowest of three is never first', () => {
    const health = view({}, { a: 300, b: 20, c: 100 });
    const { a = 0, b = 0, c = 0 } = firsts(lowestLatency(['a', 'b', 'c']), health, 6000);
    expect(a).toBe(0);
    expect(chiSquare([b, c], [4000, 2000])).toBeLessThan(chiSquareLimit(1));
  });

  it('tries one of which nothing is known', () => {
    const health = view({}, { a: 20 });
    expect(firsts(lowestLatency(['a', 'b']), health, 50)).toEqual({ b: 50 });
  });
});
