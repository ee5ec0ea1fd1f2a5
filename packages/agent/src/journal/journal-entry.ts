import type { Message, OutcomeClass, Revision } from '@waystation/core';
import { aliyunBizId } from '../http/sent-message.ts';
import type { BootInstant } from '../reconcile/boot-clock.ts';
import type { UnknownRule } from '../send/attempt-log.ts';
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
  /** The same moment on the machine's boot clock. */
  readonly started?: BootInstant | undefined;
  readonly ended?: BootInstant | undefined;
  /** Whether nobody else can have sent the OutId. */
  readonly unique?: boolean | undefined;
  /** As sent. */
  readonly templateCode?: string | undefined;
  /** How long the request may have been on its way at most, in ms. */
  readonly lastsMs?: number | undefined;
  readonly result?: {
    readonly class: OutcomeClass;
    readonly code?: string | undefined;
    /** Its request was handed to a socket; absent: it was not, or an older version did not say. */
    readonly written?: true | undefined;
    /** The provider's records prove that it was not taken. */
    readonly absent?: true;
  };
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
  /** Until when it is sent of our own accord as long as nothing was sent, in wall-clock ms. */
  readonly deliverBy?: number | undefined;
  readonly revision: Revision;
  /** The route that took it. */
  readonly takenBy: string;
  /** What that route said of an unknown outcome; absent: written by a version that did not search. */
  readonly rule?: UnknownRule | undefined;
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
  if (result === undefined || result.class === 'accepted') return true;
  return result.class === 'unknown' && result.absent !== true;
}

/** Whether nobody knows what became of this attempt. */
export function isOpenAttempt({ result }: JournalAttempt): boolean {
  return result === undefined || (result.class === 'unknown' && result.absent !== true);
}

/** The attempts as they are once the provider's records prove that none was taken. */
export function withoutRecords(attempts: readonly JournalAttempt[]): readonly JournalAttempt[] {
  return attempts.map((attempt) => {
    if (!isOpenAttempt(attempt)) return attempt;
    return { ...attempt, result: { class: 'unknown', ...attempt.result, absent: true } };
  });
}
