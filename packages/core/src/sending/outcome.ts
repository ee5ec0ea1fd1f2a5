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
}
