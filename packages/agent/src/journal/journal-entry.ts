import type { Message, OutcomeClass, Revision } from '@waystation/core';
import { aliyunBizId } from '../http/sent-message.ts';
import type { SendResult } from '../send/send-result.ts';

/** One attempt as the journal has it; without a result it may have been sent. */
export interface JournalAttempt {
  readonly channel: string;
  readonly host: string;
  readonly account: string;
  /** The credential's name. */
  readonly credential: string;
  /** As sent. */
  readonly outId: string;
  /** Wall-clock ms. */
  readonly startedAt: number;
  readonly result?: { readonly class: OutcomeClass; readonly code?: string };
}

/** What a message asks for; kept while its end is open. */
export interface JournalPayload {
  readonly message: Message;
  /** The route asked for by name. */
  readonly route?: string;
}

interface EntryFacts {
  /** The message's id. */
  readonly id: string;
  /** HMAC of what the message asks for. */
  readonly digest: string;
}

/** A message under way. */
export type OpenEntry = EntryFacts & {
  readonly state: 'open';
  readonly payload: JournalPayload;
  /** Wall-clock ms. */
  readonly receivedAt: number;
  /** When its caller wanted the answer, in wall-clock ms. */
  readonly deadlineAt: number;
  readonly revision: Revision;
  /** The route that took it. */
  readonly takenBy: string;
  readonly attempts: readonly JournalAttempt[];
};

/** A message of which nobody knows whether it was sent. */
export type HeldEntry = Omit<OpenEntry, 'state'> & {
  readonly state: 'held';
  readonly result: SendResult;
  /** Wall-clock ms. */
  readonly endedAt: number;
};

/** A message that is over: no payload, masked numbers. */
export type DoneEntry = EntryFacts & {
  readonly state: 'done';
  readonly numbers: readonly string[];
  readonly result: SendResult;
  /** Wall-clock ms. */
  readonly endedAt: number;
};

/** What the journal keeps of one message. */
export type JournalEntry = OpenEntry | HeldEntry | DoneEntry;

/** The BizId by which an entry can be found: a provider's, of a message that it took. */
export function bizIdOf(entry: JournalEntry): string | undefined {
  const bizId = entry.state === 'done' ? aliyunBizId(entry.result) : undefined;
  return bizId !== undefined && /^[\x21-\x7e]{1,100}$/.test(bizId) ? bizId : undefined;
}

/** Whether this attempt may have reached a phone. */
export function mayHaveBeenSent({ result }: JournalAttempt): boolean {
  return result === undefined || result.class === 'unknown' || result.class === 'accepted';
}
