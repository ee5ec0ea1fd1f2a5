import type { Cores } from '../machine/cores.ts';
import { busyShare, readCoreTimes } from '../machine/core-time.ts';
import { cpuSeconds } from '../machine/cpu-time.ts';
import { residentMegabytes } from '../machine/resident-memory.ts';
import type { BenchProcess } from '../process/bench-process.ts';
import { perSecond } from './load-result.ts';
import type { LoadResult } from './load-result.ts';

/** A run of load, and what it cost. */
export interface Sample extends LoadResult {
  /** Accepted sends a second. */
  readonly rate: number;
  /** CPU seconds of the subject per 1,000 sends; NaN where the kernel does not tell. */
  readonly cpuPer1000: number;
  /** Resident memory of the subject at the end, in MB; NaN where the kernel does not tell. */
  readonly residentMb: number;
  /** How busy the core of the subject was, 0–1; NaN where nothing is pinned. */
  readonly subjectBusy: number;
  /** How busy the other cores were, 0–1; NaN where nothing is pinned. */
  readonly restBusy: number;
}

/** Runs load and notes what the subject's process used meanwhile. */
export async function sampleOf(
  cores: Cores | undefined,
  subject: BenchProcess,
  load: () => Promise<LoadResult>,
): Promise<Sample> {
  const [cpuBefore, before] = await Promise.all([cpuSeconds(subject.pid), readCoreTimes()]);
  const result = await load();
  const [cpuAfter, after] = await Promise.all([cpuSeconds(subject.pid), readCoreTimes()]);
  subject.mustRun();
  return {
    ...result,
    rate: perSecond(result),
    cpuPer1000: (((cpuAfter ?? Number.NaN) - (cpuBefore ?? 0)) / result.sends) * 1000,
    residentMb: (await residentMegabytes(subject.pid)) ?? Number.NaN,
    subjectBusy: busyShare(before, after, cores?.subject ?? []),
    restBusy: busyShare(before, after, cores?.rest ?? []),
  };
}
