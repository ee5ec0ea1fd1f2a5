import { WaystationError } from '@waystation/core';
import type { HistoryEntry, Revision } from '@waystation/core';

/** The refusal of an edit that lost a race: both authors, when, what and why. */
export function describeConflict(facts: {
  readonly author: string;
  readonly expected: Revision;
  readonly current?: { readonly revision: Revision; readonly text: string };
  readonly newest?: HistoryEntry;
}): WaystationError {
  const { author, expected, current, newest } = facts;
  const from = expected === 0 ? 'a fleet without a strategy' : `the strategy at revision ${expected}`;
  const mine = `the change by ${author} was made from ${from}`;
  return new WaystationError(
    'STRATEGY_CONFLICT',
    `${mine}, but ${whatHappened(current, newest)}; nothing was changed`,
  );
}

function whatHappened(
  current: { readonly revision: Revision; readonly text: string } | undefined,
  newest: HistoryEntry | undefined,
): string {
  if (current === undefined) return 'there is none now';
  const now = `it is at revision ${current.revision} now`;
  if (newest === undefined || JSON.stringify(newest.document) !== current.text) {
    return `${now}, written by something that keeps no history`;
  }
  const why = newest.reason === undefined ? '' : `: ${newest.reason}`;
  return `${now}: changed by ${newest.by} at ${newest.at} (${newest.action}, history ${newest.seq}${why})`;
}
