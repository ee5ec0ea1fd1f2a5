import type { SearchVerdict } from './search-state.ts';

/** What the searches for several attempts of one message say of the message; undefined while it is open. */
export function searchTogether(verdicts: readonly (SearchVerdict | undefined)[]): SearchVerdict | undefined {
  if (verdicts.some((verdict) => verdict?.kind === 'found')) return { kind: 'found' };
  if (verdicts.includes(undefined)) return undefined;
  const open = verdicts.find((verdict) => verdict?.kind === 'inconclusive');
  return open ?? { kind: 'absent' };
}
