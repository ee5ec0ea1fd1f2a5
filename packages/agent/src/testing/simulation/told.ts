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
