import { breakdownId } from '../breakdown/breakdown.ts';
import type { Breakdown } from '../breakdown/breakdown.ts';
import { meets } from '../rows/row.ts';
import type { Measured, RowSpec } from '../rows/row.ts';
import type { CurveResult } from './result.ts';
import { showNumber } from './show-number.ts';
import { showTarget } from './show-target.ts';

/** One row for a terminal: what it is, its target, what was measured, and what else there is to know. */
export function terminalLines({ id, title, target }: RowSpec, measured: Measured): readonly string[] {
  const { value, figures, notes } = measured;
  const met = meets(target, value.median) ? 'met' : 'NOT met';
  return [
    `• ${title} [${id}]`,
    `    target ${showTarget(target)}, measured ${showNumber(value.median)} (${range(value)}): ${met}`,
    ...figures.map(
      (figure) => `    ${figure.name}: ${showNumber(figure.median)} ${figure.unit} (${range(figure)})`,
    ),
    ...notes.map((note) => `    ! ${note}`),
  ];
}

/** Where a send's time goes for a terminal, a line a part. */
export function breakdownLines({ columns, parts }: Breakdown): readonly string[] {
  return [
    `• CPU of a send, µs: ${columns.join('; ')} [${breakdownId}]`,
    ...parts.map(({ part, micros }) => `    ${part}: ${micros.map(showNumber).join('; ')}`),
  ];
}

/** One curve for a terminal, a line a point. */
export function curveLines({ id, title, grows, points }: CurveResult): readonly string[] {
  return [
    `• ${title} [${id}]`,
    ...points.map(({ x, rate, p99Ms, cpuPer1000, residentMb, failures }) => {
      const cost = `${showNumber(cpuPer1000?.median ?? NaN)} s of CPU per 1,000, ${showNumber(residentMb?.median ?? NaN)} MB`;
      const failed = failures === 0 ? '' : `, ${String(failures)} failed`;
      return `    ${x.toLocaleString('en')} ${grows}: ${showNumber(rate.median)} sends/s, p99 ${showNumber(p99Ms.median)} ms, ${cost}${failed}`;
    }),
  ];
}

function range({ min, max }: { min: number; max: number }): string {
  return `${showNumber(min)}–${showNumber(max)}`;
}
