import type { Strategy } from '../model/strategy.ts';

const mostPenalty = 15;
/** What a score is computed from. */
export interface Measured {
  readonly samples: number;
  readonly faults: number;
  /** 90th percentile of accepted answers in ms; absent without any. */
  readonly p90Ms?: number;
}

/** 0 (bad) – 100: 4 points for each percent of faults, and up to 15 for slow answers. */
export function scoreOf(
  { samples, faults, p90Ms = 0 }: Measured,
  { goodMs, badMs }: Pick<Strategy['health'], 'goodMs' | 'badMs'>,
): number {
  const clean = samples === 0 ? 100 : Math.max(0, 100 - (400 * faults) / samples);
  const slow = p90Ms <= goodMs ? 0 : p90Ms >= badMs ? 1 : (p90Ms - goodMs) / (badMs - goodMs);
  return Math.max(0, clean - mostPenalty * slow);
}
