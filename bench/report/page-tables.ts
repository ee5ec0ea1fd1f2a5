import { showNumber } from './show-number.ts';
import { showTarget } from './show-target.ts';
import type { Breakdown } from '../breakdown/breakdown.ts';
import type { CurveResult, RowResult, Results } from './result.ts';
import type { Spread } from '../measure/spread.ts';
import type { RowSpec } from '../rows/row.ts';

/** The table of all rows, and below it the figures behind each, as Markdown. */
export function pageTables(
  specs: readonly RowSpec[],
  { rows, curves, breakdown, machine, method }: Results,
): string {
  const known = specs.map((spec) => [spec, rows.find(({ row }) => row === spec.id)] as const);
  return [
    `Measured on ${facts(machine)}. Median of ${String(method.rounds)} rounds of ${String(method.seconds)} s ` +
      `after ${String(method.warmUpSeconds)} s of warm-up; in brackets the lowest and the highest round.`,
    '',
    '| row | target | measured | |',
    '| --- | --- | --- | --- |',
    ...known.map(([spec, result]) => tableRow(spec, result)),
    '',
    ...(breakdown === undefined ? [] : breakdownTable(breakdown)),
    '### How it grows',
    '',
    ...curves.flatMap(curveTable),
    '### The figures behind it',
    ...known.flatMap(([spec, result]) => (result === undefined ? [] : details(spec, result))),
  ].join('\n');
}

function facts(machine: Results['machine']): string {
  const { cpu = '', cores = '', memoryGiB = '', system = '', node = '', nginx = '', haproxy = '' } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, nginx ${nginx}, HAProxy ${haproxy}`;
}

function tableRow({ title, target }: RowSpec, result: RowResult | undefined): string {
  if (result === undefined) return `| ${title} | ${showTarget(target)} | not measured | |`;
  const { value, met } = result;
  const { unit } = target;
  const measured = `${showNumber(value.median)}${unit === '' ? '' : ` ${unit}`} ${range(value)}`;
  return `| ${title} | ${showTarget(target)} | ${measured} | ${met ? 'met' : '**not met**'} |`;
}

function breakdownTable({ columns, parts, day }: Breakdown): readonly string[] {
  const sums = columns.map((_, at) => parts.reduce((sum, { micros }) => sum + (micros[at] ?? 0), 0));
  const line = (name: string, cells: readonly string[]): string => `| ${[name, ...cells].join(' | ')} |`;
  return [
    `### Where a send's time goes`,
    '',
    `Microseconds of CPU an accepted send, 64 at a time where no more is said (${day}): measured without a profile, and shared out by one of the ` +
      "agent's main thread right after it. What is built into V8 or Node counts as the time of whoever calls it.",
    '',
    line('part', columns),
    line(
      '---',
      columns.map(() => '---:'),
    ),
    ...parts.map(({ part, micros }) => line(part, micros.map(showNumber))),
    line('all of it', sums.map(showNumber)),
    '',
  ];
}

function curveTable({ title, grows, points, day }: CurveResult): readonly string[] {
  return [
    `**${title}** (${day})`,
    '',
    `| ${grows} | sends/s | p99, ms | CPU, s per 1,000 | memory, MB | failed |`,
    '| ---: | --- | --- | --- | --- | ---: |',
    ...points.map(({ x, rate, p99Ms, cpuPer1000, residentMb, failures }) => {
      const cells = [rate, p99Ms, cpuPer1000, residentMb].map(cell);
      return `| ${x.toLocaleString('en')} | ${cells.join(' | ')} | ${String(failures)} |`;
    }),
    '',
  ];
}

function cell(spread: Spread | undefined): string {
  return spread === undefined ? '–' : `${showNumber(spread.median)} ${range(spread)}`;
}

function details({ title }: RowSpec, { figures, notes, day }: RowResult): readonly string[] {
  if (figures.length + notes.length === 0) return [];
  return [
    '',
    `**${title}** (${day})`,
    '',
    ...figures.map(
      (figure) => `- ${figure.name}: ${showNumber(figure.median)} ${figure.unit} ${range(figure)}`,
    ),
    ...notes.map((note) => `- ${note}`),
  ];
}

function range({ min, max }: { min: number; max: number }): string {
  return min === max ? '' : `(${showNumber(min)}–${showNumber(max)})`;
}
