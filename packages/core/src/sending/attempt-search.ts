import { exclude } from './attempt-exclusions.ts';
import type {
  AttemptEvent,
  AttemptStep,
  DonePlan,
  PlanFacts,
  RunningAttempt,
  SearchingPlan,
} from './attempt-plan-state.ts';
import { exhaustedVerdict, outOfTimeVerdict, refusedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict, EndedAttempt } from './attempt-verdict.ts';
import type { Outcome } from './outcome.ts';

/** What a search leads to: the next state, the verdict, or the next candidate. */
export type SearchStepResult =
  | { readonly kind: 'step'; readonly step: AttemptStep }
  | { readonly kind: 'finish'; readonly facts: PlanFacts; readonly verdict: AttemptVerdict }
  | { readonly kind: 'proceed'; readonly facts: PlanFacts };

/** Whether nobody knows of one of the attempts whether it was sent. */
export function anyUnknown(attempts: readonly EndedAttempt[]): boolean {
  return attempts.some(isUnknown);
}

/** The plan once it must ask the providers before anything else. */
export function beginSearch(
  facts: PlanFacts,
  more: { readonly listening?: RunningAttempt; readonly refused?: Outcome } = {},
): AttemptStep {
  // A limit may come from the very text whose record was not there: what was searched is searched again.
  const attempts = more.refused === undefined ? facts.attempts : facts.attempts.map(reopened);
  return { plan: { ...facts, attempts, state: 'searching', ...more }, effect: { type: 'search' } };
}

/** What an event does to a plan that searches; the caller's deadline and hanging up are not among them. */
export function stepSearching(plan: SearchingPlan, event: AttemptEvent): SearchStepResult {
  if (event.type === 'searched') return afterSearch(plan, event);
  if (event.type === 'ended' && event.number === plan.listening?.number) return heard(plan, event);
  return still(plan);
}

/** What became, after the caller was answered, of what was still open then. */
export function stepAfterEnd(plan: DonePlan, event: AttemptEvent): AttemptStep {
  const { outstanding, searching, refused, ...rest } = plan;
  if (event.type === 'ended' && outstanding !== undefined && outstanding.number === event.number) {
    const attempts = withEnd(plan.attempts, outstanding, event.outcome, event.at);
    const verdict = verdictOfEnd(attempts, event.outcome);
    if (verdict.kind !== 'unknown' || searching === undefined) return late({ ...rest, attempts }, verdict);
    return {
      plan: { ...rest, attempts, searching, ...(refused && { refused }) },
      effect: { type: 'nothing' },
    };
  }
  if (event.type !== 'searched' || searching === undefined) return { plan, effect: { type: 'nothing' } };
  const { end } = event;
  if (end.kind === 'found') {
    const attempts = plan.attempts.map((one) => withFound(one, end.channel));
    return late({ ...rest, attempts }, { kind: 'accepted', channel: end.channel });
  }
  if (outstanding !== undefined) return { plan: { ...rest, outstanding }, effect: { type: 'nothing' } };
  if (end.kind === 'inconclusive') return late(rest, unknownVerdict(plan.attempts, end.reason));
  const attempts = plan.attempts.map(withoutRecord);
  return late({ ...rest, attempts }, notSentVerdict(attempts, refused));
}

function afterSearch(
  plan: SearchingPlan,
  event: Extract<AttemptEvent, { type: 'searched' }>,
): SearchStepResult {
  const { end } = event;
  const facts = factsOf(plan);
  if (end.kind === 'found') {
    const attempts = plan.attempts.map((one) => withFound(one, end.channel));
    const verdict = { kind: 'accepted', channel: end.channel } as const;
    return { kind: 'finish', facts: { ...facts, attempts }, verdict };
  }
  // Nothing is absent that may still arrive.
  const reason = end.kind === 'inconclusive' ? end.reason : 'its request may still arrive';
  if (plan.listening !== undefined) return still({ ...plan, inconclusive: reason });
  if (end.kind === 'inconclusive') return afterInconclusive(plan, reason);
  const attempts = plan.attempts.map(withoutRecord);
  const absent = { ...facts, attempts };
  if (plan.refused === undefined && plan.input.search?.afterReconcile === 'resend') {
    return { kind: 'proceed', facts: absent };
  }
  return { kind: 'finish', facts: absent, verdict: notSentVerdict(attempts, plan.refused) };
}

function afterInconclusive(plan: SearchingPlan, reason: string): SearchStepResult {
  const facts = factsOf(plan);
  if (plan.refused === undefined && plan.input.search?.afterInconclusive === 'resend') {
    return { kind: 'proceed', facts };
  }
  return { kind: 'finish', facts, verdict: unknownVerdict(plan.attempts, reason) };
}

/** The attempt that was listened to has ended: its own answer decides where it says anything. */
function heard(plan: SearchingPlan, event: Extract<AttemptEvent, { type: 'ended' }>): SearchStepResult {
  const { listening, inconclusive, ...rest } = plan;
  if (listening === undefined) return still(plan);
  const { outcome, at } = event;
  const attempts = withEnd(plan.attempts, listening, outcome, at);
  const excluded = exclude(plan.excluded, listening.candidate, outcome.excludes);
  const next: SearchingPlan = { ...rest, attempts, excluded };
  if (outcome.class === 'unknown') {
    return inconclusive === undefined ? still(next) : afterInconclusive(next, inconclusive);
  }
  const facts = factsOf(next);
  if (outcome.class === 'accepted') {
    return { kind: 'finish', facts, verdict: verdictOfEnd(attempts, outcome) };
  }
  if (anyUnknown(attempts)) {
    const refused = outcome.excludes === 'everything' ? outcome : plan.refused;
    const open = { ...next, ...(refused && { refused }) };
    return inconclusive === undefined ? still(open) : afterInconclusive(open, inconclusive);
  }
  if (outcome.excludes === 'everything') return { kind: 'finish', facts, verdict: refusedVerdict(outcome) };
  return { kind: 'proceed', facts };
}

/** What the end of an attempt says of a message for which nothing more is sent. */
function verdictOfEnd(attempts: readonly EndedAttempt[], outcome: Outcome): AttemptVerdict {
  if (outcome.class === 'accepted') {
    return { kind: 'accepted', channel: attempts.at(-1)?.candidate.channel ?? '' };
  }
  if (anyUnknown(attempts)) return unknownVerdict(attempts);
  return outcome.excludes === 'everything' ? refusedVerdict(outcome) : outOfTimeVerdict(attempts);
}

function notSentVerdict(attempts: readonly EndedAttempt[], refused: Outcome | undefined): AttemptVerdict {
  return refused === undefined ? exhaustedVerdict(attempts, new Map()) : refusedVerdict(refused);
}

function isUnknown({ outcome, searched }: EndedAttempt): boolean {
  return outcome.class === 'unknown' && searched !== 'absent';
}

function withEnd(
  attempts: readonly EndedAttempt[],
  { candidate, startedAt }: RunningAttempt,
  outcome: Outcome,
  endedAt: number,
): readonly EndedAttempt[] {
  return [...attempts.slice(0, -1), { candidate, outcome, startedAt, endedAt }];
}

function withFound(attempt: EndedAttempt, channel: string): EndedAttempt {
  const found = isUnknown(attempt) && attempt.candidate.channel === channel;
  return found ? { ...attempt, searched: 'found' } : attempt;
}

function withoutRecord(attempt: EndedAttempt): EndedAttempt {
  return isUnknown(attempt) ? { ...attempt, searched: 'absent' } : attempt;
}

function reopened({ candidate, outcome, startedAt, endedAt }: EndedAttempt): EndedAttempt {
  return { candidate, outcome, startedAt, endedAt };
}

function factsOf(plan: PlanFacts): PlanFacts {
  const { input, begun, attempts, excluded, blocked, full, callerGone } = plan;
  return { input, begun, attempts, excluded, blocked, full, callerGone };
}

function still(plan: SearchingPlan): SearchStepResult {
  return { kind: 'step', step: { plan, effect: { type: 'nothing' } } };
}

function late(plan: PlanFacts & Pick<DonePlan, 'state'>, verdict: AttemptVerdict): AttemptStep {
  return { plan: { ...plan, verdict }, effect: { type: 'late', verdict } };
}
