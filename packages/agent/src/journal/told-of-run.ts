import type { OutcomeClass } from '@waystation/core';
import { maskNumber, maskNumbers } from '../log/mask-numbers.ts';
import type { AttemptRecord, SendResult } from '../send/send-result.ts';
import { AttemptNotWritten } from './attempt-not-written.ts';
import type { PlacedEntry } from './entry-place.ts';
import { isOpenAttempt } from './journal-entry.ts';
import type { DoneEntry, HeldEntry, JournalAttempt, JournalPayload } from './journal-entry.ts';

/** A message as far as it was sent when the journal kept an attempt back. */
export interface KeptBackRun {
  readonly id: string;
  readonly revision: number;
  readonly attempts: readonly JournalAttempt[];
}

/** What is true of a message where the journal kept an attempt back, for this cause. */
export function keptBack({ id, revision, attempts }: KeptBackRun, cause: unknown): SendResult {
  const facts = { id, revision, attempts: attempts.map(recordOf) };
  if (attempts.some(isOpenAttempt)) {
    return {
      ...facts,
      kind: 'unknown',
      reason: 'it may have been sent, and the journal took no further attempt',
    };
  }
  if (cause instanceof AttemptNotWritten && cause.forbidden !== undefined) {
    return { ...facts, kind: 'deadline', reason: `nothing was sent: ${cause.forbidden}` };
  }
  const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : 'unknown error';
  return {
    ...facts,
    kind: 'no-journal',
    reason: `nothing was sent: the journal cannot be written (${why})`,
    retryAfterMs: 5000,
  };
}

/** An entry for a message without a key of which nobody knows whether it was sent; shown, never acted on. */
export function unknownEntry(payload: JournalPayload, result: SendResult, endedAt: number): DoneEntry {
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  return { state: 'done', id: result.id, digest: '', numbers, result: masked(result), endedAt };
}

/** What is told of a message one of whose attempts nobody knows of, whatever the last of them came to. */
export function inDoubt(result: SendResult): SendResult {
  if (result.kind === 'unknown') return result;
  const { id, revision, route, attempts } = result;
  const reason = 'it may have been sent: nobody knows what became of one of its attempts';
  return { id, revision, ...(route !== undefined && { route }), attempts, kind: 'unknown', reason };
}

/** Whether an end says that nothing was sent and that nothing more will come of it. */
export function saysNotSent({ kind }: SendResult): boolean {
  return kind !== 'accepted' && kind !== 'unknown' && kind !== 'pending';
}

/** What is told of a message of which nothing was sent while the next start would send it: the disk has no end of it. */
export function notYetOver({ id, revision, route, attempts }: SendResult): SendResult {
  const reason =
    'nothing was sent so far, but the journal did not take the end of the message, and the next start may send it';
  return { id, revision, ...(route !== undefined && { route }), attempts, kind: 'unknown', reason };
}

/** The end of a message that is over, as it may be told. */
export function endOf(entry: DoneEntry | HeldEntry, { unsaved }: Pick<PlacedEntry, 'unsaved'>): SendResult {
  const { result } = entry;
  return unsaved === true && saysNotSent(result) ? notYetOver(result) : result;
}

/** Providers may repeat a number in their words. */
export function masked(result: SendResult): SendResult {
  return 'reason' in result ? { ...result, reason: maskNumbers(result.reason) } : result;
}

function recordOf({ channel, result }: JournalAttempt): AttemptRecord {
  const outcome: OutcomeClass = result?.class ?? 'unknown';
  const { code, written } = result ?? {};
  return { channel, outcome, ...(code !== undefined && { code }), ms: 0, ...(written && { written }) };
}
