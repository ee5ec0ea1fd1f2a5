import { matrixTimeouts } from './matrix-case.ts';
import type { CaseResult } from './run-matrix.ts';

/** How long a search lasts at most that finds something, and one that proves an absence, in ms. */
const searchMs = { found: 1000, absent: 2000 } as const;
/** Faults that are known by a timeout alone. */
const untilTimeout: ReadonlySet<string> = new Set(['slow', 'hang', 'stall', 'blackhole']);

/** How long a case's first answer may take: the timeouts and searches of its attempts, in ms. */
export function boundOf({ of, seen }: CaseResult): number {
  const attempts = seen[0]?.result.attempts ?? [];
  const waits = attempts.map(({ outcome, searched }): number => {
    const silent = outcome !== 'accepted' && untilTimeout.has(of.row.fault.kind);
    const written = outcome === 'unknown' || searched !== undefined;
    const timeout = written ? matrixTimeouts.readMs : matrixTimeouts.connectMs;
    const search = searched === undefined ? 0 : searchMs[searched];
    return (silent ? timeout : 0) + search;
  });
  return Math.min(
    matrixTimeouts.totalMs,
    waits.reduce((sum, wait) => sum + wait, 0),
  );
}
