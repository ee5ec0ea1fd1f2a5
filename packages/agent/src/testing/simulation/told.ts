import type { SendResult } from '../../send/send-result.ts';

/** What a caller was told, or what it saw instead. */
export type Answer =
  | { readonly kind: 'result'; readonly result: SendResult }
  /** The process ended, and the connection with it. */
  | { readonly kind: 'dropped' }
  /** No process was there. */
  | { readonly kind: 'refused' }
  /** The caller did not wait for it. */
  | { readonly kind: 'hung-up' };

/** One call of one caller. */
export interface Told {
  /** Which message it was about. */
  readonly tag: string;
  readonly keyed: boolean;
  /** The numbers that it is for. */
  readonly numbers: readonly string[];
  /** When its text must have gone out, in wall-clock ms; absent: its answer is the end. */
  readonly deliverBy?: number;
  readonly calledAt: number;
  readonly deadline: number;
  readonly hungUpAt?: number;
  readonly toldAt: number;
  /** When it was told, as a turn of time. */
  readonly toldTurn: number;
  readonly answer: Answer;
  /** Scopes that were blocked when it was told, as `kind name`. */
  readonly blocked: readonly string[];
}

/** What the agent said, after everything was over, of a message that it had kept to send it later. */
export interface Fate {
  readonly tag: string;
  readonly id: string;
  /** Absent: it knew of no such message. */
  readonly kind?: SendResult['kind'];
}
