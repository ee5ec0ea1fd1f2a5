import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquare, chiSquareLimit } from '../testing/chi-square.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { takeOrder } from './order.ts';
import { orderByWeight, weightedRandom } from './weighted-random.ts';
import type { WeightedChannel } from './weighted-random.ts';

const all = { covers: () => true };

/** How likely an order is: at each place the channel's weight over what is left. */
function probabilityOf(order: readonly string[], weights: Readonly<Record<string, number>>): number {
  let left = order.reduce((sum, channel) => sum + (weights[channel] ?? 0), 0);
  let probability = 1;
  for (const channel of order) {
    probability *= (weights[channel] ?? 0) / left;
    left -= weights[channel] ?? 0;
  }
  return probability;
}

function permutations(items: readonly string[]): string[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((i) => i !== item)).map((rest) => [item, ...rest]),
  );
}

const channelsOf = (weights: Readonly<Record<string, number>>): WeightedChannel[] =>
  Object.entries(weights).map(([channel, weight]) => ({ channel, weight }));

/** χ² of every possible order against its probability. */
function fitOf(weights: Readonly<Record<string, number>>, drawOrder: () => readonly string[], draws: number) {
  const orders = permutations(Object.keys(weights));
  const counts = new Map(orders.map((order) => [order.join(), 0]));
  for (let n = 0; n < draws; n += 1) {
    const key = drawOrder().join();
    counts.set(key, (counts.get(key) ?? Number.NaN) + 1);
  }
  const expected = orders.map((order) => draws * probabilityOf(order, weights));
  return { chi: chiSquare([...counts.values()], expected), limit: chiSquareLimit(orders.length - 1) };
}

describe('weightedRandom', () => {
  it('splits first places 70/30', () => {
    const ordering = weightedRandom(channelsOf({ a: 70, b: 30 }));
    const random = seededRandom(7);
    const draws = 50_000;
    let first = 0;
    for (let n = 0; n < draws; n += 1) if (ordering(all, random).at(0) === 'a') first += 1;
    const chi = chiSquare([first, draws - first], [draws * 0.7, draws * 0.3]);
    expect(chi).toBeLessThan(chiSquareLimit(1));
  });

  it.each([
    ['even', { a: 1, b: 1, c: 1, d: 1 }],
    ['uneven', { a: 70, b: 20, c: 7, d: 3 }],
    ['one that nearly always comes first, so that repeats run out of patience', { a: 995, b: 3, c: 1, d: 1 }],
  ])('draws whole orders with the chances of drawing without replacement: %s', (_, weights) => {
    const ordering = weightedRandom(channelsOf(weights));
    const random = seededRandom(20_260_101);
    const fast = fitOf(weights, () => takeOrder(ordering(all, random)), 60_000);
    expect(fast.chi).toBeLessThan(fast.limit);
    const slowRandom = seededRandom(4);
    const slow = fitOf(weights, () => orderByWeight(channelsOf(weights), slowRandom), 60_000);
    expect(slow.chi).toBeLessThan(slow.limit);
  });

  it('tells wrong weights from right ones with the same number of draws', () => {
    const ordering = weightedRandom(channelsOf({ a: 68, b: 20, c: 9, d: 3 }));
    const random = seededRandom(1);
    const wrong = fitOf({ a: 70, b: 20, c: 7, d: 3 }, () => takeOrder(ordering(all, random)), 60_000);
    expect(wrong.chi).toBeGreaterThan(wrong.limit);
  });

  it('leaves the chances of the covered ones in proportion', () => {
    const ordering = weightedRandom(channelsOf({ a: 900, b: 60, c: 40 }));
    const random = seededRandom(5);
    const draws = 20_000;
    let first = 0;
    for (let n = 0; n < draws; n += 1)
      if (ordering({ covers: (c) => c !== 'a' }, random).at(0) === 'b') first += 1;
    expect(chiSquare([first, draws - first], [draws * 0.6, draws * 0.4])).toBeLessThan(chiSquareLimit(1));
  });

  it('orders every covered channel exactly once, and those without weight last', () => {
    const weighted = fc.uniqueArray(
      fc.record({
        channel: fc.string({ minLength: 1, maxLength: 4 }),
        weight: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1000, noNaN: true })),
      }),
      { selector: ({ channel }) => channel, maxLength: 40 },
    );
    fc.assert(
      fc.property(weighted, fc.integer(), fc.func(fc.boolean()), (channels, seed, covers) => {
        const order = weightedRandom(channels)({ covers: (channel) => covers(channel) }, seededRandom(seed));
        const taken = takeOrder(order);
        const covered = channels.filter(({ channel }) => covers(channel));
        expect([...taken].sort()).toEqual(covered.map(({ channel }) => channel).sort());
        const weightless = covered.filter(({ weight }) => weight === 0).map(({ channel }) => channel);
        expect(taken.slice(taken.length - weightless.length)).toEqual(weightless);
        expect(takeOrder(order)).toEqual(taken);
      }),
    );
  });

  it('throws the dice once for a first place among a thousand channels', () => {
    const channels = Array.from({ length: 1000 }, (_, n) => ({
      channel: `c${String(n)}`,
      weight: 1 + (n % 9),
    }));
    const ordering = weightedRandom(channels);
    const dice = seededRandom(3);
    let throws = 0;
    let asked = 0;
    const order = ordering(
      {
        covers: () => {
          asked += 1;
          return true;
        },
      },
      () => {
        throws += 1;
        return dice();
      },
    );
    expect(order.at(0)).toMatch(/^c\d+$/);
    expect({ throws, asked }).toEqual({ throws: 1, asked: 1 });
    expect(order.at(2)).toMatch(/^c\d+$/);
    expect(throws).toBeLessThan(50);
  });
});
