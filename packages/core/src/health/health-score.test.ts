import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleWindow, scoreOf } from './health-score.ts';

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

describe('SampleWindow', () => {
  function windowOf(samples: readonly (readonly [at: number, fault: boolean])[]): SampleWindow {
    const window = new SampleWindow();
    for (const [at, fault] of samples) window.add(at, { fault });
    return window;
  }
  const every = (ms: number, count: number, fault: (n: number) => boolean) =>
    Array.from({ length: count }, (_, n) => [n * ms, fault(n)] as const);

  it('measures the last 30 s where they hold 20 samples', () => {
    const window = windowOf(every(100, 600, (n) => n < 100));
    expect(windowOf(every(100, 290, (n) => n < 100)).measure(29_000)).toEqual({ samples: 290, faults: 100 });
    expect(window.measure(59_900)).toMatchObject({ faults: 0 });
    const { samples } = window.measure(59_900) ?? { samples: 0 };
    expect(samples).toBeGreaterThanOrEqual(300);
    expect(samples).toBeLessThanOrEqual(310);
  });

  it('measures the last 20 of 5 minutes where the last 30 s hold fewer', () => {
    const window = windowOf(every(10_000, 25, (n) => n < 6));
    expect(window.measure(240_000)).toEqual({ samples: 20, faults: 1 });
  });

  it('says nothing of fewer than 20 samples, nor of what is older than 5 minutes', () => {
    expect(windowOf(every(10, 19, () => true)).measure(1000)).toBeUndefined();
    const window = windowOf(every(10, 20, () => true));
    expect(window.measure(299_000)).toEqual({ samples: 20, faults: 20 });
    expect(window.measure(300_200)).toBeUndefined();
    window.clear();
    expect(window.measure(1000)).toBeUndefined();
  });

  it('knows the 90th percentile within 5 %, never too slow', () => {
    const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), {
      minLength: 20,
      maxLength: 200,
    });
    fc.assert(
      fc.property(latencies, (given) => {
        const window = new SampleWindow();
        for (const acceptedMs of given) window.add(0, { fault: false, acceptedMs });
        const exact = given.toSorted((a, b) => a - b)[Math.ceil(given.length * 0.9) - 1] ?? 0;
        const p90 = window.measure(0)?.p90Ms ?? Number.NaN;
        expect(p90).toBeLessThanOrEqual(exact * 1.000001);
        expect(p90).toBeGreaterThan(exact / 1.051);
      }),
    );
  });
});
