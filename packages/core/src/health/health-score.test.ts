import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreOf } from './health-score.ts';

const rules = { goodMs: 500, badMs: 3000 };

describe('scoreOf', () => {
  it.each([
    ['no fault', { samples: 100, faults: 0 }, 100],
    ['5 % faults', { samples: 100, faults: 5 }, 80],
    ['one fault of twenty', { samples: 20, faults: 1 }, 80],
    ['25 % faults', { samples: 20, faults: 5 }, 0],
    ['all faults, slow as well', { samples: 20, faults: 20, p90Ms: 9000 }, 0],
    ['answers as fast as wanted', { samples: 20, faults: 0, p90Ms: 500 }, 100],
    ['answers in the middle', { samples: 20, faults: 0, p90Ms: 1750 }, 92.5],
    ['answers as slow as can be', { samples: 20, faults: 0, p90Ms: 3000 }, 85],
    ['slower than that', { samples: 20, faults: 0, p90Ms: 60_000 }, 85],
  ])('%s', (_, measured, score) => {
    expect(scoreOf(measured, rules)).toBeCloseTo(score);
  });

  it('stays within 0 and 100, and no fault and no ms makes it better', () => {
    const measured = fc
      .tuple(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60_000))
      .map(([samples, share, p90Ms]) => ({ samples, faults: Math.floor(samples * share), p90Ms }));
    fc.assert(
      fc.property(measured, fc.nat(1000), (given, moreMs) => {
        const score = scoreOf(given, rules);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        const faults = Math.min(given.samples, given.faults + 1);
        expect(scoreOf({ ...given, faults }, rules)).toBeLessThanOrEqual(score);
        expect(scoreOf({ ...given, p90Ms: given.p90Ms + moreMs }, rules)).toBeLessThanOrEqual(score);
      }),
    );
  });
});
