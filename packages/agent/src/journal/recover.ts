import type { SendResult } from '../send/send-result.ts';
import { mayHaveBeenSent } from './journal-entry.ts';
import type { HeldEntry, OpenEntry } from './journal-entry.ts';
import type { EntryFile } from './journal-stock.ts';
import { decideUnsent } from './recover-kept.ts';
import type { KeptDelivery } from './kept-delivery.ts';

/** How many messages that were under way are free again, and how many are held as unknown. */
export interface Recovered {
  readonly freed: number;
  readonly held: number;
  /** Of which nothing was sent, and whose time is ahead. */
  readonly kept: readonly KeptDelivery[];
}

/**
 * Decides over what was under way when the last process ended, before anybody is served: nothing sent, the key is
 * free, or it waits until its `deliverBy`; perhaps sent, unknown and held. Nothing else is sent of our own accord.
 */
export async function recover(file: EntryFile, wallTime: number): Promise<Recovered> {
  const free = [];
  const kept = [];
  const expired = [];
  const writes = [];
  for (const line of [...file.lines('open')]) {
    const found = file.get(line.name);
    if (found?.entry.state === 'open' && found.entry.attempts.some(mayHaveBeenSent)) {
      writes.push(file.put(line.name, heldAfterCrash(found.entry, wallTime), line));
    } else {
      const unsent =
        found?.entry.state === 'open' ? decideUnsent(line.name, found.entry, wallTime) : undefined;
      if (unsent === undefined || unsent.kind === 'free') free.push(line);
      else if (unsent.kind === 'kept') kept.push(unsent.delivery);
      else expired.push(file.put(line.name, unsent.entry, line));
    }
  }
  const held = writes.length;
  await Promise.all([...writes, ...expired, ...(free.length > 0 ? [file.remove(free)] : [])]);
  return { freed: free.length, held, kept };
}

function heldAfterCrash(entry: OpenEntry, wallTime: number): HeldEntry {
  const { id, revision, takenBy, attempts } = entry;
  const result: SendResult = {
    kind: 'unknown',
    id,
    revision,
    route: takenBy,
    attempts: attempts.map(({ channel, result: ended }) => ({
      channel,
      outcome: ended?.class ?? 'unknown',
      ...(ended?.code !== undefined && { code: ended.code }),
      ms: 0,
    })),
    reason: 'it may have been sent: the agent ended while an attempt was under way',
  };
  return { ...entry, state: 'held', result, endedAt: wallTime };
}
