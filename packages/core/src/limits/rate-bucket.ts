import type { Instant } from '../clock.ts';

/** How many a second, and how many at once after a quiet time (default: a second's worth, at least one). */
export interface RateRule {
  readonly perSecond: number;
  readonly burst?: number | undefined;
}

/** What was taken lately, as a level that falls by `perSecond` and never rises above `burst`; replaced, never changed. */
export interface RateBucket {
  readonly perSecond: number;
  readonly burst: number;
  /** What was taken and has not leaked away, as of `at`. */
  readonly level: number;
  readonly at: Instant;
}

/** Levels are sums of fractions: what is missing by less than this is not missing. */
const tolerance = 1e-6;

/** A bucket that nothing was taken of. */
export function newRateBucket(rule: RateRule, at: Instant): RateBucket {
  return { ...ratesOf(rule), level: 0, at };
}

/** The same bucket under another rule: what was taken stays taken, and leaks at the new rate from now on. */
export function changeRate(bucket: RateBucket, rule: RateRule, at: Instant): RateBucket {
  return { ...leak(bucket, at), ...ratesOf(rule) };
}

/** How many ms from `at` until one more may be taken, after `ahead` others; 0: now. */
export function rateWaitMs(bucket: RateBucket, at: Instant, ahead = 0): number {
  const missing = leak(bucket, at).level + 1 + ahead - bucket.burst;
  return missing <= tolerance ? 0 : (missing / bucket.perSecond) * 1000;
}

/** The bucket after one was taken; whether one may be is asked before. */
export function takeRate(bucket: RateBucket, at: Instant): RateBucket {
  const { level, ...rest } = leak(bucket, at);
  return { ...rest, level: level + 1 };
}

/** The bucket after one that was taken was not used. */
export function returnRate(bucket: RateBucket, at: Instant): RateBucket {
  const { level, ...rest } = leak(bucket, at);
  return { ...rest, level: Math.max(0, level - 1) };
}

function leak(bucket: RateBucket, at: Instant): RateBucket {
  const passed = Math.max(0, at - bucket.at);
  const level = Math.max(0, bucket.level - (passed * bucket.perSecond) / 1000);
  return { ...bucket, level, at: bucket.at + passed };
}

function ratesOf({ perSecond, burst = Math.max(1, perSecond) }: RateRule) {
  return { perSecond, burst };
}
