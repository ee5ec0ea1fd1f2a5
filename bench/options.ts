import { parseArgs } from 'node:util';
import type { Scale } from './scale.ts';

/** What was asked for on the command line. */
export interface BenchOptions {
  readonly scale: Scale['name'];
  /** Ids of rows; empty: all. */
  readonly only: readonly string[];
}

/** Reads the command line; throws with a sentence for a person. */
export function readOptions(args: readonly string[], rows: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.filter((name) => !rows.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no row ${unknown.join(', ')}; the rows are ${rows.join(', ')}.`);
  }
  return { scale: values.smoke ? 'smoke' : values.quick ? 'quick' : 'full', only };
}
