import { nearestName } from './nearest-name.ts';
import { showValue } from './show-value.ts';

const mostShown = 10;

/** Words for a name that does not exist: the one probably meant, else those there are. */
export function sayUnknown(kind: string, name: string, known: readonly string[]): string {
  return `names the ${kind} ${showValue(name)}, which does not exist; ${suggest(name, known)}`;
}

/** The name that was probably meant, else those there are (the first ten). */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  if (known.length === 0) return 'there are none';
  const more = known.length > mostShown ? ` and ${known.length - mostShown} more` : '';
  return `there are ${known.slice(0, mostShown).join(', ')}${more}`;
}
