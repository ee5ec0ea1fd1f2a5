import type { Candidate, Outcome, Revision } from '@waystation/core';

/** An attempt that is about to be made. */
export interface AttemptStart {
  readonly candidate: Candidate;
  /** As it will be sent. */
  readonly outId: string;
  readonly revision: Revision;
  readonly route: string;
}

/** Told of each attempt of one message; what must outlive a crash is written behind it. */
export interface AttemptLog {
  /** Awaited before the attempt's request goes to the transport; a rejection keeps the request back. */
  starting(attempt: AttemptStart): Promise<void>;
  /** How the attempt that was told of last ended; undefined: it was not made after all. */
  ended(outcome: Outcome | undefined): void;
}
