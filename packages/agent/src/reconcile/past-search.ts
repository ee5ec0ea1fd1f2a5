import type { Candidate, Message, MessageSearchEnd } from '@waystation/core';
import type { BootInstant } from './boot-clock.ts';

/** An attempt that a journal remembers and whose outcome is unknown. */
export interface PastAttempt {
  readonly candidate: Pick<Candidate, 'channel' | 'host' | 'account'>;
  readonly outId: string;
  /** Whether nobody else can have sent this OutId. */
  readonly unique: boolean;
  /** As sent. */
  readonly templateCode: string;
  /** Wall-clock ms, as the clock was set then. */
  readonly startedAt: number;
  readonly started?: BootInstant;
  /** Absent: nobody saw its end. */
  readonly ended?: BootInstant;
  /** How long the request may have been on its way at most, in ms. */
  readonly lastsMs: number;
}

/** A message that a journal remembers. */
export interface PastMessage {
  readonly id: string;
  readonly message: Message;
  readonly attempts: readonly PastAttempt[];
  /** Until when a caller waits, on the monotonic clock; absent: nobody does. */
  readonly wantedBy?: number;
}

/** A search under way. */
export interface RunningPastSearch {
  readonly end: Promise<MessageSearchEnd>;
  /** Ends it; `end` is inconclusive then. */
  stop(): void;
}

/** Searches for what earlier processes sent, or this one at an earlier time. */
export interface PastSearch {
  search(past: PastMessage): RunningPastSearch;
}
