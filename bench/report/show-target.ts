import type { Target } from '../rows/row.ts';

/** A target as it is written: `≥ 2`, `≤ 10 ms`. */
export function showTarget({ least, most, unit }: Target): string {
  const [sign, value] = least === undefined ? ['≤', most] : ['≥', least];
  return `${sign} ${String(value)}${unit === '' ? '' : ` ${unit}`}`;
}
