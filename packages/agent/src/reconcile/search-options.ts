import type { Strategy } from '@waystation/core';
import type { SearcherOptions } from './searcher.ts';

/** Used while there is no strategy, when nothing is asked. */
const unset = {
  reconcile: { perSecond: 50, maxConcurrent: 20, budgetMs: 60_000, intervalMs: 2000 },
  timeouts: { connectMs: 3000, readMs: 5000 },
};
const leastMs = 1000;

/** The bounds of questions as the strategy in force has them. */
export function searchOptions(strategy: () => Strategy | undefined): SearcherOptions {
  const current = () => strategy() ?? unset;
  return {
    bounds: () => {
      const { perSecond, maxConcurrent } = current().reconcile;
      return { perSecond, maxConcurrent };
    },
    limits: () => {
      const { timeouts, reconcile } = current();
      // A host that does not answer a question must not keep the next from another one for long.
      const most = Math.max(leastMs, reconcile.intervalMs);
      return { connectMs: Math.min(timeouts.connectMs, most), readMs: Math.min(timeouts.readMs, most) };
    },
    budgetMs: () => current().reconcile.budgetMs,
  };
}
