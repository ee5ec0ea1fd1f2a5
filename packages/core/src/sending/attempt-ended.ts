import type { Instant } from '../clock.ts';
import { exclude } from './attempt-exclusions.ts';
import { finish } from './attempt-finish.ts';
import type { AttemptingPlan, AttemptStep, PlanFacts, RunningAttempt } from './attempt-plan-state.ts';
import { anyUnknown, beginSearch } from './attempt-search.ts';
import { noneFull, refusedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict, EndedAttempt } from './attempt-verdict.ts';
import { goOn } from './next-attempt.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** An attempt is over: what its outcome means for the message. */
export function afterAttempt(
  plan: AttemptingPlan,
  { candidate, startedAt }: RunningAttempt,
  others: readonly RunningAttempt[],
  outcome: Outcome,
  at: Instant,
): AttemptStep {
  const attempts = [...plan.attempts, { candidate, outcome, startedAt, endedAt: at }];
  if (outcome.class === 'accepted') {
    return finish(plan, { kind: 'accepted', channel: candidate.channel }, { attempts });
  }
  const excluded = exclude(plan.excluded, candidate, outcome.excludes);
  const next = { ...plan, attempts, excluded, full: noneFull };
  if (plan.input.search !== undefined && leavesDoubt(plan.attempts, outcome)) {
    return beginSearch(withoutRunning(next), { refused: outcome });
  }
  if (outcome.class === 'unknown' && searches(next)) return beginSearch(withoutRunning(next));
  const verdict = verdictOf(next, outcome);
  return verdict === undefined ? goOn(next, others, at) : finish(next, verdict);
}

/** An attempt that is being listened to is searched for. */
export function overdue(plan: AttemptingPlan, one: RunningAttempt, at: Instant): AttemptStep {
  return beginSearch(withOpen(withoutRunning(plan), one, at), { listening: one });
}

/** The facts with an attempt that was written and is not answered as one of unknown outcome. */
export function withOpen<T extends PlanFacts>(
  plan: T,
  { candidate, startedAt }: RunningAttempt,
  at: Instant,
): T {
  const outcome = outcomeOf('unknown', { reason: 'written, and not answered yet', written: true });
  const excluded = exclude(plan.excluded, candidate, outcome.excludes);
  return { ...plan, excluded, attempts: [...plan.attempts, { candidate, outcome, startedAt, endedAt: at }] };
}

/** Whether an unknown outcome is followed by a search. */
export function searches({ input }: Pick<PlanFacts, 'input'>): boolean {
  return input.onUnknownOutcome === 'reconcile' && input.search !== undefined;
}

function withoutRunning({
  input,
  begun,
  attempts,
  excluded,
  blocked,
  full,
  callerGone,
}: PlanFacts): PlanFacts {
  return { input, begun, attempts, excluded, blocked, full, callerGone };
}

/** Refused after one that stayed open: nothing more is sent, and what became of that one is asked. */
function leavesDoubt(before: readonly EndedAttempt[], outcome: Outcome): boolean {
  if (outcome.excludes !== 'everything') return false;
  // A limit may even come of a text that nobody found.
  const absentToo = outcome.class === 'limited';
  return absentToo ? before.some((one) => one.outcome.class === 'unknown') : anyUnknown(before);
}

/** What an outcome that is no acceptance decides by itself; undefined: other candidates may take the message. */
function verdictOf({ attempts, input }: PlanFacts, outcome: Outcome): AttemptVerdict | undefined {
  if (outcome.excludes === 'everything') {
    return anyUnknown(attempts) ? unknownVerdict(attempts) : refusedVerdict(outcome);
  }
  if (outcome.class === 'unknown' && input.onUnknownOutcome !== 'resend') return unknownVerdict(attempts);
  return undefined;
}
