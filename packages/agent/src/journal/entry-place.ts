import { sealBytes } from './journal-cipher.ts';
import type { JournalEntry } from './journal-entry.ts';

/** Where an entry stands in the index, and what it takes up. */
export interface EntryPlace {
  /** Its message's id; empty where nobody knows it. */
  readonly id: string;
  readonly state: JournalEntry['state'];
  /** When it ended, wall-clock ms; 0 while it is open. */
  readonly at: number;
  readonly bytes: number;
}

/** An entry with its place. */
export interface PlacedEntry {
  readonly entry: JournalEntry;
  readonly place: EntryPlace;
  /** Only remembered: the disk did not take it yet, and has what stood there before. */
  readonly unsaved?: true;
}

/** One line of the index, with what else leads to its entry. */
export interface FullIndexLine extends EntryPlace {
  readonly name: string;
  readonly bizId?: string;
}

/** What an entry takes up beside its sealed text: keys, the index, and pages that are not full. */
const overheadBytes = 400;

/** The place of an entry whose text has this length. */
export function placeOf(entry: JournalEntry, textBytes: number): EntryPlace {
  const at = entry.state === 'open' ? 0 : entry.endedAt;
  return { id: entry.id, state: entry.state, at, bytes: textBytes + sealBytes + overheadBytes };
}
