import type { BlockScope, OutcomeClass } from '@waystation/core';
import type { MessageSender } from '../http/message-sender.ts';
import type { StrategyApplier } from '../sync/strategy-applier.ts';

/** One channel as the agent has it open. */
export interface ChannelState {
  readonly name: string;
  readonly provider: string;
  /** `host:port` of the endpoint. */
  readonly host: string;
  readonly account: string;
  /** Taken out of use by an operator. */
  readonly drained: boolean;
  /** Attempts under way. */
  readonly inFlight: number;
}

/** What no message is sent to for a while, since its last answer would be given again. */
export type BlockState = BlockScope & {
  readonly outcome: OutcomeClass;
  readonly code?: string;
  /** ISO 8601. */
  readonly until: string;
};

/** Messages by their end since the start. */
export interface SendCounts {
  readonly accepted: number;
  readonly failed: number;
  readonly unknown: number;
}

/** The half of the agent that sends, as the half that serves, follows and reports sees it. */
export interface SendSide extends StrategyApplier, MessageSender {
  readonly channels: readonly ChannelState[];
  readonly blocks: readonly BlockState[];
  readonly counts: SendCounts;
  /** Lets attempts under way end, at most `timeoutMs`, and closes every connection. */
  stop(timeoutMs: number): Promise<void>;
}
