import type { Instant } from '../clock.ts';
import type { Route } from '../model/route.ts';
import type { Order } from '../routing/order.ts';
import { exclude, nextCandidate, nothingExcluded } from './attempt-exclusions.ts';
import type { Exclusions } from './attempt-exclusions.ts';
import { exhaustedVerdict, outOfTimeVerdict, refusedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict, Candidate, EndedAttempt } from './attempt-verdict.ts';
import type { Outcome } from './outcome.ts';

/** An attempt is not worth starting with less time than this before the deadline. */
export const minimumAttemptMs = 300;

/** While another candidate is left, an attempt takes this share of what remains, but may always take `floorMs`. */
const attemptShare = { ofRemaining: 0.6, floorMs: 1000 } as const;

/** What a plan is made of; it does not change while the message lives. */
export interface AttemptPlanInput {
  /** In the order they are to be tried. */
  readonly candidates: Order<Candidate>;
  /** `resend` goes on after an unknown outcome; with the others the plan ends there. */
  readonly onUnknownOutcome: Route['onUnknownOutcome'];
  /** When the caller wants its answer. */
  readonly deadline: Instant;
  /** Ceiling for connecting, in ms. */
  readonly connectMs: number;
  /** Ceiling from the request written to the answer read, in ms. */
  readonly readMs: number;
}

/** What holds of a plan in every state. */
interface PlanFacts {
  readonly input: AttemptPlanInput;
  /** Attempts that are over, oldest first. */
  readonly attempts: readonly EndedAttempt[];
  readonly excluded: Exclusions;
  /** Channels that had no room since the last attempt ended; they are asked again after the next. */
  readonly full: ReadonlySet<string>;
  readonly callerGone: boolean;
}

/** The life of one message's attempts; changed by `stepAttemptPlan` alone. */
export type AttemptPlan = PlanFacts &
  (
    | { readonly state: 'attempting'; readonly candidate: Candidate; readonly startedAt: Instant }
    | { readonly state: 'done'; readonly verdict: AttemptVerdict }
  );

/** What happened to a plan. */
export type AttemptEvent =
  /** The channel of the `attempt` effect had no room: nothing was tried, nobody is to blame. */
  | { readonly type: 'no-room'; readonly at: Instant }
  /** The attempt is over. */
  | { readonly type: 'ended'; readonly at: Instant; readonly outcome: Outcome }
  /** The caller hung up. */
  | { readonly type: 'caller-gone'; readonly at: Instant };

/** What is to be done. */
export type AttemptEffect =
  /** Send by this channel, to be over at `deadline`; answer with `no-room` or `ended`. */
  | {
      readonly type: 'attempt';
      readonly candidate: Candidate;
      /** 1 for the message's first. */
      readonly number: number;
      readonly deadline: Instant;
    }
  /** Give the attempt up if nothing of it was written yet, else let it end; answer with `ended` either way. */
  | { readonly type: 'cancel-unwritten' }
  /** Answer the caller: the plan is over. */
  | { readonly type: 'finish'; readonly verdict: AttemptVerdict }
  /** Wait for the next event. */
  | { readonly type: 'nothing' };

/** A plan's next state, and what is to be done now. */
export interface AttemptStep {
  readonly plan: AttemptPlan;
  readonly effect: AttemptEffect;
}

/** Begins a plan at `at`. */
export function startAttemptPlan(input: AttemptPlanInput, at: Instant): AttemptStep {
  return proceed({ input, attempts: [], excluded: nothingExcluded, full: new Set(), callerGone: false }, at);
}

/** The whole life of a message's attempts: state and event in, next state and one effect out. */
export function stepAttemptPlan(plan: AttemptPlan, event: AttemptEvent): AttemptStep {
  if (event.type === 'caller-gone') {
    const gone = { ...plan, callerGone: true };
    return { plan: gone, effect: { type: gone.state === 'attempting' ? 'cancel-unwritten' : 'nothing' } };
  }
  if (plan.state === 'done') throw new Error(`an attempt plan that is over was told of "${event.type}"`);
  if (event.type === 'no-room') {
    return proceed({ ...plan, full: new Set(plan.full).add(plan.candidate.channel) }, event.at);
  }
  return afterAttempt(plan, plan.candidate, plan.startedAt, event.outcome, event.at);
}

function afterAttempt(
  facts: PlanFacts,
  candidate: Candidate,
  startedAt: Instant,
  outcome: Outcome,
  at: Instant,
): AttemptStep {
  const attempts = [...facts.attempts, { candidate, outcome, startedAt, endedAt: at }];
  const excluded = exclude(facts.excluded, candidate, outcome.excludes);
  const next: PlanFacts = { ...facts, attempts, excluded, full: new Set() };
  if (outcome.class === 'accepted') return finish(next, { kind: 'accepted', channel: candidate.channel });
  if (outcome.excludes === 'everything') {
    return finish(next, anyUnknown(attempts) ? unknownVerdict(attempts) : refusedVerdict(outcome));
  }
  if (outcome.class === 'unknown' && facts.input.onUnknownOutcome !== 'resend') {
    return finish(next, unknownVerdict(attempts));
  }
  return proceed(next, at);
}

/** Starts the next attempt, or ends the plan where there is none to start. */
function proceed(facts: PlanFacts, at: Instant): AttemptStep {
  const { attempts, excluded, full, input } = facts;
  if (facts.callerGone && attempts.every(({ outcome }) => !outcome.written)) {
    return finish(facts, { kind: 'cancelled', reason: 'the caller hung up before anything was written' });
  }
  const candidate = nextCandidate(input.candidates, excluded, full);
  const remaining = input.deadline - at;
  if (candidate === undefined) {
    return finish(
      facts,
      anyUnknown(attempts) ? unknownVerdict(attempts) : exhaustedVerdict(attempts, full.size),
    );
  }
  if (remaining < minimumAttemptMs) {
    return finish(facts, anyUnknown(attempts) ? unknownVerdict(attempts) : outOfTimeVerdict(attempts));
  }
  const another = nextCandidate(input.candidates, excluded, new Set(full).add(candidate.channel));
  const ceiling = another === undefined ? input.connectMs + input.readMs : shareOf(remaining, input.readMs);
  return {
    plan: { ...facts, state: 'attempting', candidate, startedAt: at },
    effect: {
      type: 'attempt',
      candidate,
      number: attempts.length + 1,
      deadline: at + Math.min(remaining, ceiling),
    },
  };
}

function shareOf(remaining: number, readMs: number): number {
  return Math.min(readMs, Math.max(attemptShare.floorMs, attemptShare.ofRemaining * remaining));
}

function anyUnknown(attempts: readonly EndedAttempt[]): boolean {
  return attempts.some(({ outcome }) => outcome.class === 'unknown');
}

function finish(facts: PlanFacts, verdict: AttemptVerdict): AttemptStep {
  return { plan: { ...facts, state: 'done', verdict }, effect: { type: 'finish', verdict } };
}
