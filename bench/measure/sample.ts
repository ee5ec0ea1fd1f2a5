import { busyShares, readCoreTimes } from '../machine/core-time.ts';
import { cpuSeconds } from '../machine/cpu-time.ts';
import type { BenchProcess } from '../process/bench-process.ts';
import { perSecond } from './load-result.ts';
import type { LoadResult } from './load-result.ts';

/** A run of load, and what it cost. */
export interface Sample extends LoadResult {
  /** Accepted sends a second. */
  readonly rate: number;
  /** CPU seconds of the subject per 1,000 sends; NaN where the kernel does not tell. */
  readonly cpuPer1000: number;
  /** How busy the core of the subject was, 0–1. */
  readonly subjectCoreBusy: number;
  /** How busy the busiest of the other cores was, 0–1. */
  readonly otherCoreBusy: number;
}

/** Runs load and notes what the subject's process used meanwhile. */
export async function sampleOf(subject: BenchProcess, load: () => Promise<LoadResult>): Promise<Sample> {
  const [cpuBefore, coresBefore] = await Promise.all([cpuSeconds(subject.pid), readCoreTimes()]);
  const result = await load();
  const [cpuAfter, coresAfter] = await Promise.all([cpuSeconds(subject.pid), readCoreTimes()]);
  subject.mustRun();
  const [subjectCoreBusy = Number.NaN, ...others] = busyShares(coresBefore, coresAfter);
  return {
    ...result,
    rate: perSecond(result),
    cpuPer1000: (((cpuAfter ?? Number.NaN) - (cpuBefore ?? 0)) / result.sends) * 1000,
    subjectCoreBusy,
    otherCoreBusy: Math.max(...others),
  };
}
