import type { Instant } from '../clock.ts';
import type {
  AttemptEffect,
  AttemptPlan,
  AttemptStep,
  PlanFacts,
  RunningAttempt,
} from './attempt-plan-state.ts';
import { asIfAttempted } from './attempt-return.ts';
import { anyUnknown } from './attempt-search.ts';
import { exhaustedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict, EndedAttempt } from './attempt-verdict.ts';
import type { Outcome } from './outcome.ts';

const nothing: AttemptEffect = { type: 'nothing' };

/** Nothing is to be done. */
export function still(plan: AttemptPlan): AttemptStep {
  return { plan, effect: nothing };
}

/** Whether the caller left a message of which nothing was written. */
export function isCancelled({ attempts, callerGone }: PlanFacts): boolean {
  return callerGone && attempts.every(({ outcome }) => !outcome.written);
}

/** What holds once no candidate is left to be asked. */
export function nobodyLeft({ attempts, blocked, full }: PlanFacts, at: Instant): AttemptVerdict {
  if (anyUnknown(attempts)) return unknownVerdict(attempts);
  return exhaustedVerdict(
    attempts,
    full,
    blocked.map((each) => asIfAttempted(each, at)),
  );
}

interface FinishFacts {
  /** All attempts, where that is more than the plan knows of. */
  readonly attempts?: readonly EndedAttempt[];
  readonly outstanding?: RunningAttempt;
  readonly refused?: Outcome;
  /** The search is over. */
  readonly searched?: true;
}

const nothingMore: FinishFacts = {};

/** Ends the plan; what stays unknown is searched for all the same, unless it was. */
export function finish(facts: PlanFacts, verdict: AttemptVerdict, more = nothingMore): AttemptStep {
  const { input, begun, excluded, blocked, full, callerGone } = facts;
  const { attempts = facts.attempts, outstanding, refused, searched } = more;
  const state = 'done';
  const over = { input, begun, attempts, excluded, blocked, full, callerGone, state, verdict } as const;
  const effect: AttemptEffect = { type: 'finish', verdict };
  // Nothing is open of what ends well.
  if (verdict.kind === 'accepted') return { plan: over, effect };
  const searching = verdict.kind === 'unknown' && input.search !== undefined && searched === undefined;
  const open = { ...(outstanding && { outstanding }), ...(refused && { refused }) };
  return { plan: { ...over, ...open, ...(searching && { searching }) }, effect };
}
