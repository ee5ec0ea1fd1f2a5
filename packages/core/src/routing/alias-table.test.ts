import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildAliasTable } from './alias-table.ts';

/** The share of each index, measured by throwing evenly spread dice: no chance is left in it. */
function sharesOf(weights: readonly number[], throws: number): number[] {
  const draw = buildAliasTable(weights);
  const counts = weights.map(() => 0);
  for (let n = 0; n < throws; n += 1) {
    const index = draw(() => (n + 0.5) / throws);
    counts[index] = (counts[index] ?? Number.NaN) + 1;
  }
  return counts.map((count) => count / throws);
}

describe('buildAliasTable', () => {
  it('gives every index its weight’s share', () => {
    const weights = fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, (given) => {
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const throws = 20_000;
        const shares = sharesOf(given, throws);
        for (const [index, weight] of given.entries()) {
          // Each column of the table may cut one of the evenly spread throws.
          expect(Math.abs((shares[index] ?? 0) - weight / total)).toBeLessThan((given.length + 1) / throws);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['one weight', [5]],
    ['equal weights', Array.from({ length: 1000 }, () => 1)],
    ['thirds, which do not add up to one', [1 / 3, 1 / 3, 1 / 3]],
    ['tenths, which do not either', Array.from({ length: 10 }, () => 0.1)],
  ])('stays within its indexes at both ends of the dice: %s', (_, weights) => {
    const draw = buildAliasTable(weights);
    for (const value of [0, Number.EPSILON, 0.5, 1 - Number.EPSILON / 2]) {
      const index = draw(() => value);
      expect(Number.isInteger(index) && index >= 0 && index < weights.length).toBe(true);
    }
  });
});
