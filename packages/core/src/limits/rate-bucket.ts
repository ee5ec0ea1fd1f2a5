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
  return { ...ratesOf(rule), level: levelAt(bucket, at), at: Math.max(bucket.at, at) };
}

/** How many ms from `at` until one more may be taken, after `ahead` others; 0: now. */
export function rateWaitMs(bucket: RateBucket, at: Instant, ahead = 0): number {
  const missing = levelAt(bucket, at) + 1 + ahead - bucket.burst;
  return missing <= tolerance ? 0 : (missing / bucket.perSecond) * 1000;
}

/** The bucket after one was taken; whether one may be is asked before. */
export function takeRate(bucket: RateBucket, at: Instant): RateBucket {
  return withLevel(bucket, levelAt(bucket, at) + 1, at);
}

/** The bucket after one that was taken was not used. */
export function returnRate(bucket: RateBucket, at: Instant): RateBucket {
  return withLevel(bucket, Math.max(0, levelAt(bucket, at) - 1), at);
}

function levelAt({ level, perSecond, at: since }: RateBucket, at: Instant): number {
  return Math.max(0, level - (Math.max(0, at - since) * perSecond) / 1000);
}

function withLevel({ perSecond, burst, at: since }: RateBucket, level: number, at: Instant): RateBucket {
  return { perSecond, burst, level, at: Math.max(since, at) };
}

function ratesOf({ perSecond, burst = Math.max(1, perSecond) }: RateRule) {
  return { perSecond, burst };
}
