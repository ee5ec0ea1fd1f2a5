import type { Figure } from '../rows/row.ts';
import { barPlot } from './bar-plot.ts';
import { curvePlot } from './curve-plot.ts';
import type { Results } from './result.ts';

/** A picture for the page. */
export interface Plot {
  /** File name in `docs/performance/`. */
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

/** Of which row, in which unit, under which title. */
const wanted = [
  { row: 'throughput', unit: 'sends/s', title: 'Throughput of one core, 64 at a time' },
  { row: 'throughput', unit: 's per 1,000', title: 'CPU of one core' },
  { row: 'latency', unit: 'ms', title: 'Time of a send, one at a time' },
  { row: 'steady', unit: 'ms', title: 'Time of a send at 1,000 a second' },
] as const;

/** The pictures of whatever was measured. */
export function plotsOf({ rows, curves }: Results): readonly Plot[] {
  const bars = wanted.flatMap(({ row, unit, title }) => {
    const figures = rows.find((result) => result.row === row)?.figures ?? [];
    const wantedBars = figures.filter(
      (figure: Figure) => figure.unit === unit && !figure.name.startsWith('upstream'),
    );
    if (wantedBars.length === 0) return [];
    const file = `${row}-${unit.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '')}.svg`;
    return [{ file, alt: title, svg: barPlot(title, unit, wantedBars) }];
  });
  const lines = curves.map((curve) => ({
    file: `${curve.id}.svg`,
    alt: `${curve.title}: sends a second and p99`,
    svg: curvePlot(curve),
  }));
  return [...bars, ...lines];
}
