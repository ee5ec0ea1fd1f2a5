import type { Instant, Random } from '../clock.ts';
import type { ChannelOver } from '../limits/channel-limits.ts';
import type { Route } from '../model/route.ts';
import type { MessageSearchEnd } from '../reconcile/search-state.ts';
import type { Order } from '../routing/order.ts';
import type { Exclusions } from './attempt-exclusions.ts';
import type { BlockedCandidate, RetryRules } from './attempt-return.ts';
import type { AttemptVerdict, Candidate, EndedAttempt, FullChannels } from './attempt-verdict.ts';
import type { Block } from './blocks.ts';
import type { Outcome } from './outcome.ts';

/** What a plan is made of; it does not change while the message lives. */
export interface AttemptPlanInput {
  /** In the order they are to be tried. */
  readonly candidates: Order<Candidate>;
  /** `resend` goes on after an unknown outcome, `reconcile` where `search` allows it; else the plan ends there. */
  readonly onUnknownOutcome: Route['onUnknownOutcome'];
  /** What follows a search in the provider's records; absent: nobody searches. */
  readonly search?: Pick<Route, 'afterReconcile' | 'afterInconclusive'> | undefined;
  /** When the caller wants its answer. */
  readonly deadline: Instant;
  /** Ceiling for connecting, in ms. */
  readonly connectMs: number;
  /** Ceiling from the request written to the answer read, in ms. */
  readonly readMs: number;
  /** How a message returns to where it was already; absent: it never does. */
  readonly retry?: RetryRules;
  /** For the jitter of returns. */
  readonly random?: Random;
}

/** An attempt under way. */
export interface RunningAttempt {
  readonly number: number;
  readonly candidate: Candidate;
  readonly startedAt: Instant;
}

/** What holds of a plan in every state. */
export interface PlanFacts {
  readonly input: AttemptPlanInput;
  /** The number of the attempt that was begun last. */
  readonly begun: number;
  /** Attempts that are over, oldest first. */
  readonly attempts: readonly EndedAttempt[];
  readonly excluded: Exclusions;
  /** Candidates that were passed over for a block. */
  readonly blocked: readonly BlockedCandidate[];
  /** Channels that had no room since the last attempt ended; they are asked again after the next. */
  readonly full: FullChannels;
  readonly callerGone: boolean;
}

/** A plan whose attempts connect, or one of which writes: the only one that may. */
export type AttemptingPlan = PlanFacts & {
  readonly state: 'attempting';
  /** Those that connect beside each other; at least one. Once one writes, it is the only one left. */
  readonly running: readonly RunningAttempt[];
  readonly writing: boolean;
};

/** A plan that lets time pass before it returns to a candidate. */
type WaitingPlan = PlanFacts & { readonly state: 'waiting'; readonly candidate: Candidate };

/** A plan that has the provider's records searched for its unknown attempts, before anything else is sent. */
export type SearchingPlan = PlanFacts & {
  readonly state: 'searching';
  /** Was written, is taking long, and is still listened to; the last of `attempts` until it is known better. */
  readonly listening?: RunningAttempt;
  /** What a later attempt was refused with: nothing is sent any more, whatever the search finds. */
  readonly refused?: Outcome;
  /** Why the search, which is over, did not tell; only the attempt that is listened to still can. */
  readonly inconclusive?: string;
};

/** A plan that has its verdict. */
export type DonePlan = PlanFacts & {
  readonly state: 'done';
  readonly verdict: AttemptVerdict;
  /** Was written and not answered when the caller was told. */
  readonly outstanding?: RunningAttempt;
  /** The search goes on; nothing is sent for what it finds. */
  readonly searching?: true;
  readonly refused?: Outcome;
};

/** The life of one message's attempts; changed by `stepAttemptPlan` alone. */
export type AttemptPlan = AttemptingPlan | WaitingPlan | SearchingPlan | DonePlan;

/** What happened to a plan; `number` is the attempt's. */
export type AttemptEvent =
  /** The channel had no room: nothing was tried, nobody is to blame. */
  | {
      readonly type: 'no-room';
      readonly at: Instant;
      readonly number: number;
      /** The strategy's limit that says so; absent: its connections are all in use. */
      readonly limit?: ChannelOver;
    }
  /** A block stands in the way. */
  | { readonly type: 'blocked'; readonly at: Instant; readonly number: number; readonly block: Block }
  /** Connecting takes long: another candidate's connection may be opened beside it. */
  | { readonly type: 'slow'; readonly at: Instant }
  /** A connection stands. The request may be written if the effect is `write`, and at no other time. */
  | { readonly type: 'ready'; readonly at: Instant; readonly number: number }
  /** The attempt is over. */
  | { readonly type: 'ended'; readonly at: Instant; readonly number: number; readonly outcome: Outcome }
  /** The time of `wait` is over; `granted` says whether the retry budget had one left, where it was asked. */
  | { readonly type: 'waited'; readonly at: Instant; readonly granted: boolean }
  /** A written attempt takes so long that its provider may be asked about it. */
  | { readonly type: 'overdue'; readonly at: Instant; readonly number: number }
  /** What the search for every attempt of unknown outcome has come to. */
  | { readonly type: 'searched'; readonly at: Instant; readonly end: MessageSearchEnd }
  /** The caller's time is over. */
  | { readonly type: 'deadline'; readonly at: Instant }
  /** The caller hung up. */
  | { readonly type: 'caller-gone'; readonly at: Instant };

/** What is to be done. */
export type AttemptEffect =
  /** Connect by this channel, to be over at `deadline`; tell of `ready`, and of `no-room`, `blocked` or `ended`. */
  | {
      readonly type: 'attempt';
      readonly candidate: Candidate;
      /** 1 for the message's first. */
      readonly number: number;
      readonly deadline: Instant;
      /** Whether an attempt that was written is still listened to after `deadline`, up to `readMs`. */
      readonly listen: boolean;
    }
  /** Write the request of the attempt that is ready; tell of `overdue` where that is given. */
  | { readonly type: 'write'; readonly overdueAt?: Instant }
  /** Search the providers' records for every attempt of unknown outcome, again where that was done; tell of `searched`. */
  | { readonly type: 'search' }
  /** Let a time pass, take a retry of the budget if `retry`, tell of `waited`. */
  | { readonly type: 'wait'; readonly until: Instant; readonly retry: boolean }
  /** Give the attempts up of which nothing was written yet, else let them end; tell of `ended` either way. */
  | { readonly type: 'cancel-unwritten' }
  /** Answer the caller: the plan is over, but for an outstanding attempt, and for a search where it says so. */
  | { readonly type: 'finish'; readonly verdict: AttemptVerdict }
  /** The outstanding attempt has ended, or the search has: what became of the message after all. */
  | { readonly type: 'late'; readonly verdict: AttemptVerdict }
  /** Wait for the next event. */
  | { readonly type: 'nothing' };

/** A plan's next state, and what is to be done now. */
export interface AttemptStep {
  readonly plan: AttemptPlan;
  readonly effect: AttemptEffect;
}
