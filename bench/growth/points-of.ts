import { spreadBy } from '../measure/rounds.ts';
import type { Series } from '../measure/rounds.ts';
import type { Sample } from '../measure/sample.ts';
import type { CurvePoint } from './curve.ts';

/** One point of a curve for each series, whose names are the amounts. */
export function pointsOf(all: readonly Series<Sample>[]): readonly CurvePoint[] {
  return all.map((series) => ({
    x: Number(series.name),
    rate: spreadBy(series, ({ rate }) => rate),
    p99Ms: spreadBy(series, ({ p99Ms }) => p99Ms),
    cpuPer1000: spreadBy(series, ({ cpuPer1000 }) => cpuPer1000),
    residentMb: spreadBy(series, ({ residentMb }) => residentMb),
    failures: series.samples.reduce((sum, { failures }) => sum + failures, 0),
  }));
}
