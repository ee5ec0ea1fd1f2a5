import fc from 'fast-check';
import { findViolations } from './find-violations.ts';
import { historyArbitrary } from './history-arbitrary.ts';
import { runHistory } from './run-history.ts';
import type { Run } from './run-history.ts';
import { storyOf } from './story-of.ts';
import type { Told } from './told.ts';

/** How much is simulated. */
export interface SimulationOptions {
  readonly histories: number;
  readonly seed: number;
  /** Where in the seed's histories to begin: as a failure says; absent: at the first. */
  readonly path?: string;
}

/** What was simulated so far. */
export interface SimulationTotals {
  readonly histories: number;
  readonly calls: number;
  readonly crashes: number;
  readonly texts: number;
  /** Requests to send that were batches. */
  readonly batches: number;
  /** Messages that were kept to be sent later. */
  readonly kept: number;
  /** Calls that the strategy's limits refused. */
  readonly limited: number;
}

/** What simulating came to; `failure` tells, in words, of the shortest history that broke a promise. */
export interface SimulationResult extends SimulationTotals {
  readonly failure?: string;
}

/** Lets as many histories happen, all of one seed; a promise that is broken ends it, and its history is shrunk. */
export async function simulate(
  { histories, seed, path }: SimulationOptions,
  onHistory: (totals: SimulationTotals) => void = () => undefined,
): Promise<SimulationResult> {
  let totals = nothing;
  const property = fc.asyncProperty(historyArbitrary, async (history) => {
    const run = await runHistory(history);
    totals = added(totals, run);
    onHistory(totals);
    const violations = findViolations(run);
    if (violations.length > 0) throw new Error([...violations, '', ...storyOf(run)].join('\n'));
  });
  const details = await fc.check(property, { numRuns: histories, seed, ...(path !== undefined && { path }) });
  if (!details.failed) return totals;
  const history = JSON.stringify(details.counterexample?.[0]);
  const reason = details.errorInstance instanceof Error ? details.errorInstance.message : 'interrupted';
  const again = `--seed ${String(details.seed)} --path ${details.counterexamplePath ?? '0'}`;
  return { ...totals, failure: `${reason}\n\nthe history: ${history}\nagain: ${again}` };
}

const nothing: SimulationTotals = {
  ...{ histories: 0, calls: 0, crashes: 0, texts: 0 },
  ...{ batches: 0, kept: 0, limited: 0 },
};

/** Whether the strategy's limits turned a call away. */
function isLimited({ answer }: Told): boolean {
  if (answer.kind !== 'result') return false;
  const { result } = answer;
  return result.kind === 'limited' || (result.kind === 'number-limited' && result.index !== undefined);
}

function added(totals: SimulationTotals, { told, crashes, phones, fates }: Run): SimulationTotals {
  return {
    histories: totals.histories + 1,
    calls: totals.calls + told.length,
    crashes: totals.crashes + crashes.length,
    texts: totals.texts + phones.all().length,
    batches: totals.batches + phones.allWritten().filter(({ batch }) => batch).length,
    kept: totals.kept + fates.length,
    limited: totals.limited + told.filter(isLimited).length,
  };
}
