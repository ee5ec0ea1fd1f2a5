import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeRate, newRateBucket, rateWaitMs, returnRate, takeRate } from './rate-bucket.ts';

interface Change {
  readonly at: number;
  readonly perSecond: number;
  readonly burst: number;
}

/** What leaks between two instants under rules that changed at times. */
function leaked(changes: readonly Change[], from: number, to: number): number {
  return changes.reduce((sum, { at, perSecond }, index) => {
    const end = Math.min(to, changes[index + 1]?.at ?? to);
    return sum + (Math.max(0, end - Math.max(from, at)) * perSecond) / 1000;
  }, 0);
}

/** The dumb peer: one more is allowed if no stretch of time that ends now holds more than it may. */
function mayTake(taken: readonly number[], changes: readonly Change[], at: number): boolean {
  const burst = changes.at(-1)?.burst ?? 0;
  return [...taken, at].every(
    (from, index, all) => all.length - index <= burst + leaked(changes, from, at) + 1e-6,
  );
}

const step = fc.record({
  // Eighths of a second and rates of whole numbers: exact in binary, so that both agree on every edge.
  passed: fc.integer({ min: 0, max: 24 }).map((eighths) => eighths * 125),
  change: fc.option(
    fc.record({ perSecond: fc.integer({ min: 1, max: 8 }), burst: fc.integer({ min: 1, max: 12 }) }),
    { freq: 4 },
  ),
});

describe('a rate bucket', () => {
  it('allows exactly what a count over every stretch of time allows, through live changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const changes: Change[] = [{ at: 0, perSecond: 2, burst: 3 }];
        let bucket = newRateBucket({ perSecond: 2, burst: 3 }, 0);
        const taken: number[] = [];
        let at = 0;
        for (const { passed, change } of steps) {
          at += passed;
          if (change !== null) {
            bucket = changeRate(bucket, change, at);
            changes.push({ at, ...change });
          }
          const allowed = rateWaitMs(bucket, at) === 0;
          expect(allowed).toBe(mayTake(taken, changes, at));
          if (!allowed) continue;
          bucket = takeRate(bucket, at);
          taken.push(at);
        }
      }),
    );
  });

  it('says to the millisecond when the next may be taken', () => {
    let bucket = newRateBucket({ perSecond: 4, burst: 2 }, 1000);
    bucket = takeRate(takeRate(bucket, 1000), 1000);
    expect(rateWaitMs(bucket, 1000)).toBe(250);
    expect(rateWaitMs(bucket, 1000, 3)).toBe(1000);
    expect(rateWaitMs(bucket, 1249)).toBeCloseTo(1, 6);
    expect(rateWaitMs(bucket, 1250)).toBe(0);
  });

  it.each([
    [0.5, 1],
    [1.5, 1],
    [50, 50],
  ])('of %d a second without a burst allows %d at once', (perSecond, atOnce) => {
    let bucket = newRateBucket({ perSecond }, 0);
    let taken = 0;
    for (; rateWaitMs(bucket, 0) === 0; taken += 1) bucket = takeRate(bucket, 0);
    expect(taken).toBe(atOnce);
  });

  it('has room for another where one was given back, and never for more than its burst', () => {
    const full = takeRate(newRateBucket({ perSecond: 1, burst: 1 }, 0), 0);
    const back = returnRate(returnRate(full, 10), 10);
    expect(rateWaitMs(back, 10)).toBe(0);
    expect(rateWaitMs(takeRate(back, 10), 10)).toBe(1000);
  });
});
