import type { Instant } from '../clock.ts';
import type {
  AttemptEffect,
  AttemptPlan,
  AttemptStep,
  DonePlan,
  PlanFacts,
  RunningAttempt,
} from './attempt-plan-state.ts';
import { asIfAttempted } from './attempt-return.ts';
import { anyUnknown } from './attempt-search.ts';
import { exhaustedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
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
  readonly outstanding?: RunningAttempt;
  readonly refused?: Outcome;
  /** The search is over. */
  readonly searched?: true;
}

/** Ends the plan; what stays unknown is searched for all the same, unless it was. */
export function finish(facts: PlanFacts, verdict: AttemptVerdict, more?: FinishFacts): AttemptStep {
  const { input, begun, attempts, excluded, blocked, full, callerGone } = facts;
  const over = {
    input,
    begun,
    attempts,
    excluded,
    blocked,
    full,
    callerGone,
    state: 'done',
    verdict,
  } as const;
  const effect = { type: 'finish', verdict } as const;
  if (verdict.kind !== 'unknown') return { plan: withRest(over, more), effect };
  const searching = input.search !== undefined && more?.searched === undefined;
  return { plan: { ...withRest(over, more), ...(searching && { searching }) }, effect };
}

/** The plan with what is still open of it, where anything is. */
function withRest(plan: DonePlan, more: FinishFacts | undefined): DonePlan {
  if (more === undefined) return plan;
  const { outstanding, refused } = more;
  return { ...plan, ...(outstanding && { outstanding }), ...(refused && { refused }) };
}
