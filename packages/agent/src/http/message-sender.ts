import type { Message } from '@waystation/core';
import type { AttemptLog } from '../send/attempt-log.ts';
import type { SendResult } from '../send/send-result.ts';
import type { CancelSignal } from '../timing/cancel-signal.ts';

/** What a caller asks for besides the message itself. */
export interface SendOptions {
  /** A route by name, in place of the first that matches. */
  readonly route?: string;
  /** How long the caller waits, in ms; absent: the strategy's `totalMs`. */
  readonly timeoutMs?: number;
  readonly traceparent?: string;
  /** Until when nothing sent is tried again, in wall-clock ms; absent: the answer is the end. */
  readonly deliverBy?: number;
  /** At most one text for all messages with this key (1–255 visible ASCII characters). */
  readonly idempotencyKey?: string;
  /** The message's id; absent: a new one. */
  readonly id?: string;
  /** Its numbers were counted when it first came: it is that message once more. Default false. */
  readonly counted?: boolean;
  /** Told of each attempt before it is made. */
  readonly attempts?: AttemptLog;
  /** Aborted when the caller hangs up. */
  readonly signal?: CancelSignal | undefined;
  /** Told of what became of a message that was answered as unknown, once the answer has come late. */
  readonly onLate?: (result: SendResult) => void;
  /** Given the promise of what `onLate` will be told, right before such a message is answered. */
  readonly onOpen?: (late: Promise<SendResult>) => void;
}

/** Sends one message; never a rejection for what a provider, a network or a caller does. */
export interface MessageSender {
  send(message: Message, options: SendOptions): Promise<SendResult>;
}
