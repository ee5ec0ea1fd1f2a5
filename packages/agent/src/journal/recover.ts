import type { SendResult } from '../send/send-result.ts';
import { mayHaveBeenSent } from './journal-entry.ts';
import type { HeldEntry, OpenEntry } from './journal-entry.ts';
import type { EntryFile } from './journal-stock.ts';

/** How many messages that were under way are free again, and how many are held as unknown. */
export interface Recovered {
  readonly freed: number;
  readonly held: number;
}

/**
 * Decides over what was under way when the last process ended, before anybody is served: nothing sent, the key is
 * free; perhaps sent, unknown and held. Nothing is sent of our own accord.
 */
export async function recover(file: EntryFile, wallTime: number): Promise<Recovered> {
  const free = [];
  const writes = [];
  for (const line of [...file.lines('open')]) {
    const found = file.get(line.name);
    if (found?.entry.state === 'open' && found.entry.attempts.some(mayHaveBeenSent)) {
      writes.push(file.put(line.name, heldAfterCrash(found.entry, wallTime), line));
    } else {
      free.push(line);
    }
  }
  if (free.length > 0) writes.push(file.remove(free));
  await Promise.all(writes);
  return { freed: free.length, held: writes.length - (free.length > 0 ? 1 : 0) };
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
