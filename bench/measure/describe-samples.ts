import type { Figure } from '../rows/row.ts';
import { spreadBy } from './rounds.ts';
import type { Series } from './rounds.ts';
import type { Sample } from './sample.ts';

/** Sends a second and CPU of each contender, as figures of a row. */
export function throughputFigures(all: readonly Series<Sample>[]): readonly Figure[] {
  return all.flatMap((series) => [
    { name: series.name, unit: 'sends/s', ...spreadBy(series, ({ rate }) => rate) },
    {
      name: `${series.name}, CPU`,
      unit: 's per 1,000',
      ...spreadBy(series, ({ cpuPer1000 }) => cpuPer1000),
    },
  ]);
}

/** Median and 99th percentile of each contender's sends, as figures of a row. */
export function latencyFigures(all: readonly Series<Sample>[]): readonly Figure[] {
  return all.flatMap((series) => [
    { name: `${series.name}, p50`, unit: 'ms', ...spreadBy(series, ({ p50Ms }) => p50Ms) },
    { name: `${series.name}, p99`, unit: 'ms', ...spreadBy(series, ({ p99Ms }) => p99Ms) },
  ]);
}

/** What is wrong with the samples, in sentences; most often nothing. */
export function doubts(all: readonly Series<Sample>[]): readonly string[] {
  return all.flatMap((series) => {
    const { name, samples } = series;
    const failures = samples.reduce((sum, sample) => sum + sample.failures, 0);
    const sends = samples.reduce((sum, sample) => sum + sample.sends, 0);
    return failures > 0 ? [`${name}: ${String(failures)} of ${String(sends)} sends failed.`] : [];
  });
}

/** Who may have done better, had the load's own core had more to give. */
export function limitedByLoad(all: readonly Series<Sample>[]): readonly string[] {
  return all.flatMap((series) => {
    const other = spreadBy(series, ({ restBusy }) => restBusy).median;
    const own = spreadBy(series, ({ subjectBusy }) => subjectBusy).median;
    return other > 0.9 && own < 0.9
      ? [`${series.name}: its core was ${percent(own)} busy and the load's ${percent(other)}: a lower bound.`]
      : [];
  });
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}
