import type { Channel, Instant, Message, Outcome } from '@waystation/core';
import type { CancelSignal } from '../timing/cancel-signal.ts';

/** One attempt to be made: a message for one channel. */
export interface AttemptRequest {
  readonly message: Message;
  /** Sent as OutId: the caller's, else one of our own. */
  readonly outId: string;
  /** When the attempt is given up, on the agent's monotonic clock. */
  readonly deadline: Instant;
  /** Ceiling for connecting, in ms. */
  readonly connectMs: number;
  /** Ceiling from the request written to the answer read, in ms. */
  readonly readMs: number;
  /** Gives the attempt up before its deadline, unless something of it was written already. */
  readonly signal?: CancelSignal;
  /** Whether a request that was written is listened to after the deadline, up to `readMs`. Default false. */
  readonly listen?: boolean;
  /** Asked when a connection stands: false leaves the connection to others and ends the attempt unwritten. */
  readonly mayWrite?: () => boolean | Promise<boolean>;
}

/** How an attempt ended; never a rejection, whatever the network does. */
export interface AttemptResult {
  readonly outcome: Outcome;
  /** The provider's id of the accepted request. */
  readonly bizId?: string | undefined;
  /** A generic gateway took it: `bizId` is that gateway's, and none of Aliyun's. */
  readonly byGateway?: true;
  readonly requestId?: string | undefined;
}

/** A call of another action than sending. */
export interface ChannelCall {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** As of an attempt. */
  readonly deadline: Instant;
  readonly connectMs: number;
  readonly readMs: number;
  readonly signal?: CancelSignal;
}

/** How a call ended: with an answer, whatever it says, or without, and then whether anything was written. */
export type ChannelCallResult =
  | {
      readonly answered: true;
      readonly status: number;
      readonly body: string;
      /** What the host's clock showed, by the answer's `Date`, in ms since 1970; absent: it did not say. */
      readonly hostTime?: number;
    }
  | { readonly answered: false; readonly written: boolean; readonly reason: string };

/** An open channel: a live connection pool that speaks its provider's dialect. */
export interface SendChannel {
  readonly name: string;
  readonly channel: Channel;
  /** `host:port` of the endpoint. */
  readonly host: string;
  readonly account: string;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Whether an attempt would find a free connection slot now; when not, the next candidate's turn has come. */
  readonly hasRoom: boolean;
  send(request: AttemptRequest): Promise<AttemptResult>;
  /** Makes one call over the channel's connections; absent where the provider has no other actions. */
  call?(call: ChannelCall): Promise<ChannelCallResult>;
  /** As `call`, over connections of its own and beside its bounds: questions never stand in the way of a send. */
  ask?(call: ChannelCall): Promise<ChannelCallResult>;
  /** Takes no more attempts, waits for those in flight (at most `timeoutMs`), closes the connections. */
  drain(timeoutMs: number): Promise<void>;
}
