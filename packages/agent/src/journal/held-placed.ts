import type { HeldEntry } from './journal-entry.ts';
import type { EntryPlace } from './entry-place.ts';

/** A held message and its place. */
export interface HeldPlaced {
  readonly entry: HeldEntry;
  readonly place: EntryPlace;
}
