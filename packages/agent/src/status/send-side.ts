import type {
  BlockScope,
  ChannelHealth,
  ChannelStanding,
  Message,
  OutcomeClass,
  Steps,
} from '@waystation/core';
import type { ProviderCaller } from '../http/compat/provider-caller.ts';
import type { DeliveryPace } from '../send/delivery-pace.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import type { MessageSender } from '../http/message-sender.ts';
import type { StrategyApplier } from '../sync/strategy-applier.ts';

/** Health of one channel, as told to people. */
export interface ChannelHealthState {
  readonly state: ChannelHealth['state'];
  readonly why: string;
  /** When it came into its state; ISO 8601. */
  readonly since: string;
  /** 0–100; absent where nothing is known. */
  readonly score?: number;
  /** When an ejection ends at the earliest; ISO 8601. */
  readonly until?: string;
  /** The last faults before an ejection. */
  readonly evidence?: readonly string[];
}

/** One channel as the agent has it open, with the state that says most of it. */
export interface ChannelState extends ChannelStanding {
  readonly name: string;
  readonly provider: string;
  /** `host:port` of the endpoint. */
  readonly host: string;
  readonly account: string;
  /** Taken out of use by an operator. */
  readonly drained: boolean;
  /** Attempts under way. */
  readonly inFlight: number;
  readonly health?: ChannelHealthState | undefined;
}

/** What no message is sent to for a while, since its last answer would be given again. */
export type BlockState = BlockScope & {
  readonly outcome: OutcomeClass;
  readonly code?: string;
  /** In words, without phone numbers. */
  readonly reason: string;
  /** ISO 8601. */
  readonly until: string;
};

/** What the strategy's limits have counted. */
export interface LimitStates {
  /** Route → messages that wait for their turn now, and that were over since the start. */
  readonly routes: Readonly<Record<string, { readonly waiting: number; readonly refused: number }>>;
  /** Numbers of which something is remembered, and that were forgotten since too many came. */
  readonly numbers: { readonly tracked: number; readonly forgotten: number };
}

/** Messages by their end since the start. */
export interface SendCounts {
  readonly accepted: number;
  readonly failed: number;
  readonly unknown: number;
}

/** The half of the agent that sends, as the half that serves, follows and reports sees it. */
export interface SendSide extends StrategyApplier, MessageSender {
  readonly channels: readonly ChannelState[];
  /** The same, a step a channel. */
  channelsInSteps(): Steps<readonly ChannelState[]>;
  readonly blocks: readonly BlockState[];
  readonly limits: LimitStates;
  readonly counts: SendCounts;
  /** Calls other actions than sending. */
  readonly caller: ProviderCaller;
  /** Searches for attempts of earlier processes. */
  readonly past: PastSearch;
  /** Whether the first hosts are being probed for the first time. */
  readonly probingFirst: boolean;
  /** How fast messages like this one may go out that have waited. */
  paceOf(message: Message, route: string | undefined): DeliveryPace;
  /** Lets attempts under way end, at most `timeoutMs`, and closes every connection. */
  stop(timeoutMs: number): Promise<void>;
}
