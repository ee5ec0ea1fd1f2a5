import type { Instant } from '@waystation/core';
import type { CancelSignal } from '../../timing/cancel-signal.ts';

/** A call of another action than sending, as a caller asked for it. */
export interface ProviderCall {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** When it is given up, on the agent's monotonic clock. */
  readonly deadline: Instant;
  /** Aborted when the caller hangs up. */
  readonly signal?: CancelSignal;
}

/** How a call of one account ended. */
export type CallResult =
  /** The provider's answer, whatever it says. */
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** It was written, and no answer came. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Nothing was written. */
  | { readonly kind: 'not-called'; readonly reason: string };

/** Calls actions of Aliyun's API by the agent's own accounts. */
export interface ProviderCaller {
  /**
   * Accounts of the strategy in force that have an open Aliyun channel, in its order, those whose channels are all
   * drained last; with a number (E.164) only those with a channel that covers its country.
   */
  accounts(e164?: string): readonly string[];
  /** The account of an open Aliyun channel, drained or not: no other can know what went by it. */
  accountOf(channel: string): string | undefined;
  /**
   * One call by an account: once by each of its channels until something was written; by drained ones last, and only
   * for questions about what was sent. Never rejects.
   */
  call(account: string, call: ProviderCall): Promise<CallResult>;
}
