import type { Candidate, Outcome, Revision, Route } from '@waystation/core';

/** An attempt that is about to be made. */
export interface AttemptStart {
  readonly candidate: Candidate;
  /** As it will be sent. */
  readonly outId: string;
  readonly revision: Revision;
  readonly route: string;
  /** Whether nobody else can have sent this OutId. */
  readonly unique: boolean;
  /** As it will be sent. */
  readonly templateCode: string;
  /** What the route says of an unknown outcome; a later strategy changes nothing about it. */
  readonly rule: UnknownRule;
  /** How long the request may be on its way at most, in ms. */
  readonly lastsMs: number;
}

/** What a route says of messages whose outcome is unknown. */
export type UnknownRule = Pick<Route, 'onUnknownOutcome' | 'afterReconcile' | 'afterInconclusive'>;

/** Told of each attempt of one message; what must outlive a crash is written behind it. */
export interface AttemptLog {
  /** Awaited before the attempt's request goes to the transport; a rejection keeps the request back. */
  starting(attempt: AttemptStart): Promise<void>;
  /** Whether the attempt that was told of last may still be written: it may have waited for a connection since. */
  mayBeWritten(): boolean;
  /** How the attempt that was told of last ended; undefined: it was not made after all. */
  ended(outcome: Outcome | undefined): void;
  /** The provider's records prove that no attempt so far was taken. */
  absent(): void;
  /** What was proven so is in doubt again. */
  reopen(): void;
}
