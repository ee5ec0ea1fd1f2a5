import type { Series } from './rounds.ts';

/** The series of a name. */
export function seriesOf<Sample>(all: readonly Series<Sample>[], name: string): Series<Sample> {
  const found = all.find((series) => series.name === name);
  if (found === undefined) throw new Error(`nothing was measured of ${name}`);
  return found;
}
