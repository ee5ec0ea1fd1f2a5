import { channels } from './channels.ts';
import { concurrency } from './concurrency.ts';
import type { Growth } from './curve.ts';
import { journalEntries } from './journal-entries.ts';
import { numbers } from './numbers.ts';
import { keyedRate, rate } from './rate.ts';
import { unknowns } from './unknowns.ts';

/** Every curve, in the order of the page. */
export const allGrowths: readonly Growth[] = [
  concurrency,
  channels,
  numbers,
  unknowns,
  journalEntries,
  rate,
  keyedRate,
];
