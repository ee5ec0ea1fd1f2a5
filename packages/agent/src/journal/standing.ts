import type { SendResult } from '../send/send-result.ts';
import type { PlacedEntry } from './entry-place.ts';
import { mayHaveBeenSent } from './journal-entry.ts';
import type { HeldEntry, JournalEntry, OpenEntry } from './journal-entry.ts';
import { inProgress } from './key-answers.ts';
import { endOf } from './told-of-run.ts';

/** What a message has come to by what stands of it in the journal. */
export function standing(found: PlacedEntry): SendResult {
  const { entry } = found;
  if (entry.state === 'open') return pendingResult(entry) ?? inProgress(entry.id);
  return endOf(entry, found);
}

/** Whether a message is still held as it was: nobody has sent it again, and nothing more is known of it. */
export function isStillHeld(now: JournalEntry | undefined, { id, attempts }: HeldEntry): boolean {
  return now?.state === 'held' && now.id === id && now.attempts.length === attempts.length;
}

/**
 * What is told of a message that is under way in the journal, where it waits; undefined: it does not, or it is just
 * being sent.
 */
export function pendingResult({
  id,
  revision,
  takenBy,
  attempts,
  deliverBy,
}: OpenEntry): SendResult | undefined {
  if (deliverBy === undefined || attempts.some(mayHaveBeenSent)) return undefined;
  const tried = attempts.map(({ channel, result }) => ({
    channel,
    outcome: result?.class ?? ('unknown' as const),
    ...(result?.code !== undefined && { code: result.code }),
    ms: 0,
  }));
  return { kind: 'pending', id, revision, route: takenBy, attempts: tried, deliverBy };
}
