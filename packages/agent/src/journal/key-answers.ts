import type { SendResult } from '../send/send-result.ts';

/** What a repeat is told of a message whose end is known. */
export function replayOf(result: SendResult): SendResult {
  return result.kind === 'accepted' || result.kind === 'rejected' ? { ...result, replayed: true } : result;
}

/** The first request for a message has not ended within the time of another. */
export function inProgress(id: string): SendResult {
  const reason = 'The first request for this message is still under way.';
  return { ...nothingYet(id), kind: 'in-progress', reason };
}

/** The key stands for another message. */
export function reused(id: string): SendResult {
  const reason =
    'This key was used for another message, and stands for that one until it is forgotten (--journal-retention).';
  return { ...nothingYet(id), kind: 'key-reused', reason };
}

/** What the journal has of a key cannot be read. */
export function damaged(id: string): SendResult {
  return noJournal(id, 'what the journal knows of this key cannot be read');
}

/** The journal cannot take the message. */
export function noJournal(id: string, why: string): SendResult {
  const reason = `nothing was sent for this request: ${why}`;
  return { ...nothingYet(id), kind: 'no-journal', reason, retryAfterMs: 5000 };
}

function nothingYet(id: string) {
  return { id, revision: 0, attempts: [] };
}
