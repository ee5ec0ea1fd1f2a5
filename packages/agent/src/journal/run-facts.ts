import type { EntryPlace } from './entry-place.ts';
import type { HeldEntry, JournalPayload, OpenEntry } from './journal-entry.ts';

/** A message that is about to be sent under a key. */
export interface RunFacts {
  readonly id: string;
  /** The entry's name in the journal. */
  readonly name: string;
  readonly digest: string;
  readonly payload: JournalPayload;
  /** When the caller wants its answer, in wall-clock ms. */
  readonly deadlineAt: number;
  /** Until when it may be sent of our own accord, in wall-clock ms; absent: never. */
  readonly deliverBy?: number;
  /** Why no attempt may begin by now; undefined: it may. */
  readonly mayStart?: () => string | undefined;
}

/** A message that is known already, with its place. */
export interface EntryBefore {
  readonly entry: OpenEntry | HeldEntry;
  readonly place?: EntryPlace;
}

/** A message held as unknown that is sent again, with its place. */
export interface HeldBefore extends EntryBefore {
  readonly entry: HeldEntry;
  /** Absent: its entry is gone, since the provider's records prove that it was not sent. */
  readonly place?: EntryPlace;
}
