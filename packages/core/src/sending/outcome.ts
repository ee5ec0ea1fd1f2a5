import type { Draft } from '../draft.ts';

/** How an attempt ended, in the classes that decide what comes next (`docs/reference/outcomes.md`). */
export const outcomeClasses = [
  'accepted',
  'rejected',
  'unprovisioned',
  'account',
  'throttled',
  'misconfigured',
  'limited',
  'unavailable',
  'unknown',
] as const;

export type OutcomeClass = (typeof outcomeClasses)[number];

/** How far an outcome reaches: what it excludes from the rest of the message's candidates. */
export type OutcomeScope = 'nothing' | 'everything' | 'account' | 'credential' | 'channel' | 'host';

/** How one attempt ended, and what that excludes. */
export interface Outcome {
  readonly class: OutcomeClass;
  readonly excludes: OutcomeScope;
  /** The provider's own code, or the transport's (`ECONNREFUSED`), where there is one. */
  readonly code?: string;
  /** In words, without numbers of phones, parameters or secrets. */
  readonly reason: string;
  /** Whether the request was handed to a socket: false proves that no text can have gone out. */
  readonly written: boolean;
  /** How long the provider asks to be left alone (`x-acs-retry-after`). */
  readonly retryAfterMs?: number;
  /** The attempt ran out of time; absent: it did not. */
  readonly timedOut?: true;
  /** That time ended before the ceiling for connecting or for the answer had passed; absent: it did not. */
  readonly cutShort?: true;
}

/** What each class excludes for the message unless a code says otherwise, what it means, and what comes next. */
export const outcomeRules: Readonly<
  Record<OutcomeClass, { readonly excludes: OutcomeScope; readonly means: string; readonly next: string }>
> = {
  accepted: {
    excludes: 'nothing',
    means: 'The provider took the request.',
    next: 'Done.',
  },
  rejected: {
    excludes: 'everything',
    means: 'The message itself is refused: number, content, parameters.',
    next: 'The answer, at once.',
  },
  unprovisioned: {
    excludes: 'account',
    means: 'Sign or template is missing or not approved in this account.',
    next: 'Another account that covers it; when none takes it, answered as rejected.',
  },
  account: {
    excludes: 'account',
    means: 'The account cannot send: balance, its own daily or monthly cap, its state.',
    next: 'Another account.',
  },
  throttled: {
    excludes: 'account',
    means: 'Flow control of the gateway; the request was not processed.',
    next: 'Another account, or the same after the time it asked for.',
  },
  misconfigured: {
    excludes: 'credential',
    means: 'Signature, key, permission, endpoint or network is set up wrongly; a person must act.',
    next: 'Another credential, channel or host.',
  },
  limited: {
    excludes: 'everything',
    means: 'Flow control of this phone number; going around it elsewhere would be abuse.',
    next: 'The answer, at once; after an unknown attempt the provider is asked about that one.',
  },
  unavailable: {
    excludes: 'host',
    means: 'Nothing was written, or the gateway says that it cannot serve now.',
    next: 'Another host, at once; the same host last, and again after a back-off.',
  },
  unknown: {
    excludes: 'host',
    means: 'The request was written and no understood answer came back: it may have been sent.',
    next: 'What `onUnknownOutcome` says: the provider is asked, unless it says otherwise.',
  },
};

/** What an outcome's maker knows besides its class; `excludes` is what the class excludes unless given. */
export interface OutcomeFacts {
  readonly reason: string;
  readonly written: boolean;
  readonly excludes?: OutcomeScope | undefined;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly timedOut?: boolean;
  readonly cutShort?: boolean | undefined;
}

/** An outcome of a class, with what the class excludes filled in. */
export function outcomeOf(outcomeClass: OutcomeClass, facts: OutcomeFacts): Outcome {
  const outcome: Draft<Outcome> = {
    class: outcomeClass,
    excludes: facts.excludes ?? outcomeRules[outcomeClass].excludes,
    reason: facts.reason,
    written: facts.written,
  };
  if (facts.code !== undefined) outcome.code = facts.code;
  if (facts.retryAfterMs !== undefined) outcome.retryAfterMs = facts.retryAfterMs;
  if (facts.timedOut === true) outcome.timedOut = true;
  if (facts.cutShort === true) outcome.cutShort = true;
  return outcome;
}
