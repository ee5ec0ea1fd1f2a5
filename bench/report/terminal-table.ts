import type { RowOutcome } from '../run-benches.ts';
import { meets } from '../rows/row.ts';
import type { RowSpec } from '../rows/row.ts';
import { showNumber } from './show-number.ts';
import { showTarget } from './show-target.ts';

/** One row for a terminal: what it is, its target, what was measured, and what else there is to know. */
export function terminalLines({ id, title, target }: RowSpec, outcome: RowOutcome): readonly string[] {
  if ('skipped' in outcome) return [`- ${title} [${id}]: skipped, ${outcome.skipped}`];
  if ('failed' in outcome) return [`✗ ${title} [${id}]: could not be measured: ${outcome.failed}`];
  const { value, figures, notes } = outcome.measured;
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

function range({ min, max }: { min: number; max: number }): string {
  return `${showNumber(min)}–${showNumber(max)}`;
}
