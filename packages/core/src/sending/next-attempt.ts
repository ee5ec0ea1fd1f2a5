import type { Instant } from '../clock.ts';
import { exclude, nextCandidate } from './attempt-exclusions.ts';
import type { Exclusions } from './attempt-exclusions.ts';
import { finish, isCancelled, nobodyLeft, still } from './attempt-finish.ts';
import type { AttemptStep, AttemptingPlan, PlanFacts, RunningAttempt } from './attempt-plan-state.ts';
import { nextReturn } from './attempt-return.ts';
import { anyUnknown } from './attempt-search.ts';
import { outOfTimeVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { Candidate } from './attempt-verdict.ts';

/** An attempt is not worth starting with less time than this before the deadline. */
export const minimumAttemptMs = 300;

/** While another candidate is left, an attempt takes this share of what remains, but may always take `floorMs`. */
const attemptShare = { ofRemaining: 0.6, floorMs: 1000 } as const;

/** After an attempt is over: the next one, beside those that still connect. */
export function goOn(plan: AttemptingPlan, others: readonly RunningAttempt[], at: Instant): AttemptStep {
  if (others.length === 0) return proceed(plan, at);
  return beside(attempting(plan, plan.begun, others, false), at);
}

/** Opens the connection of another host beside those that are being opened, where there is one and time for it. */
export function beside(plan: AttemptingPlan, at: Instant): AttemptStep {
  const { input, full, running } = plan;
  if (isCancelled(plan) || input.deadline - at < minimumAttemptMs) return still(plan);
  const taken = running.reduce<Exclusions>(
    (excluded, { candidate }) => exclude(excluded, candidate, 'host'),
    plan.excluded,
  );
  const candidate = nextCandidate(input.candidates, taken, full);
  if (candidate === undefined || running.some((each) => each.candidate.host === candidate.host)) {
    return still(plan);
  }
  return attempt(plan, candidate, at, running);
}

/** Starts the next attempt, or ends the plan where there is none to start. */
export function proceed(facts: PlanFacts, at: Instant): AttemptStep {
  const { attempts, excluded, full, input } = facts;
  if (isCancelled(facts)) {
    return finish(facts, { kind: 'cancelled', reason: 'the caller hung up before anything was written' });
  }
  const candidate = nextCandidate(input.candidates, excluded, full);
  if (candidate === undefined) return comeBack(facts, at);
  if (input.deadline - at < minimumAttemptMs) {
    return finish(facts, anyUnknown(attempts) ? unknownVerdict(attempts) : outOfTimeVerdict(attempts));
  }
  return attempt(facts, candidate, at, []);
}

/** With every candidate tried, full or blocked: waits for the first that may be tried again. */
export function comeBack(facts: PlanFacts, at: Instant, budgetEmpty = false): AttemptStep {
  const { attempts, blocked, input } = facts;
  const { candidates, deadline, retry: rules, random = () => 1 } = input;
  const resend = input.onUnknownOutcome === 'resend';
  const back = rules && nextReturn({ candidates, attempts, blocked, rules, resend, random, budgetEmpty }, at);
  if (back === undefined || deadline - back.at < minimumAttemptMs)
    return finish(facts, nobodyLeft(facts, at));
  const { candidate } = back;
  const waiting = blocked.filter((each) => each.candidate.channel !== candidate.channel);
  return {
    plan: { ...facts, blocked: waiting, state: 'waiting', candidate },
    effect: { type: 'wait', until: back.at, retry: back.tried },
  };
}

/** Begins an attempt beside those that are running. */
export function attempt(
  facts: PlanFacts,
  candidate: Candidate,
  at: Instant,
  running: readonly RunningAttempt[],
): AttemptStep {
  const { input, excluded, full } = facts;
  const number = facts.begun + 1;
  const remaining = input.deadline - at;
  const begun = [...running, { number, candidate, startedAt: at }];
  const another = nextCandidate(input.candidates, excluded, full, begun) !== undefined;
  const ceiling = another ? shareOf(remaining, input.readMs) : input.connectMs + input.readMs;
  return {
    plan: attempting(facts, number, begun, false),
    effect: {
      type: 'attempt',
      candidate,
      number,
      deadline: at + Math.min(remaining, ceiling),
      // Whom a resend follows is given up in time for it; any other written attempt is worth every answer.
      listen: !another || input.onUnknownOutcome !== 'resend',
    },
  };
}

/** A plan with attempts under way. Field by field: this state is copied more often than any other. */
export function attempting(
  { input, attempts, excluded, blocked, full, callerGone }: PlanFacts,
  begun: number,
  running: readonly RunningAttempt[],
  writing: boolean,
): AttemptingPlan {
  return {
    input,
    begun,
    attempts,
    excluded,
    blocked,
    full,
    callerGone,
    state: 'attempting',
    running,
    writing,
  };
}

/** How much of what remains an attempt may take while there is another candidate. */
export function shareOf(remaining: number, readMs: number): number {
  return Math.min(readMs, Math.max(attemptShare.floorMs, attemptShare.ofRemaining * remaining));
}
