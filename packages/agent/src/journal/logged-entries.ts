import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import type { JournalEntry } from './journal-entry.ts';
import { textOf } from './log-change.ts';
import type { LoggedText } from './log-change.ts';

/** An entry's place, and by which BizId it is found besides. */
export interface FoundPlace extends EntryPlace {
  readonly bizId?: string;
}

/** What has become of an entry since it was moved last; without a place it has gone. */
export interface UnmovedEntry {
  /** Where the database has it; undefined: nowhere. */
  readonly base: FoundPlace | undefined;
  readonly place: FoundPlace | undefined;
  readonly text: LoggedText | undefined;
}

/** What one file of the log holds. */
export class Generation {
  /** By name. */
  readonly entries = new Map<string, UnmovedEntry>();
  /** Names by what else leads to them. */
  readonly ids = new Map<string, string>();

  /** Whether an id leads to this entry, which has it, and not to one that has it too and was noted later. */
  leads(idKey: string, name: string): boolean {
    const last = this.ids.get(idKey);
    if (last === undefined || last === name) return true;
    const place = this.entries.get(last)?.place;
    return place === undefined || !idKeys(place).includes(idKey);
  }
}

/** What stands in the log and not in the database yet: the generation that is written, and the one that is moved. */
export class LoggedEntries {
  #current = new Generation();
  #moving = new Generation();

  get(name: string): UnmovedEntry | undefined {
    return this.#current.entries.get(name) ?? this.#moving.entries.get(name);
  }

  /** The name that an id leads to, as `idKeys` gives them. */
  nameOf(idKey: string): string | undefined {
    return this.#current.ids.get(idKey) ?? this.#moving.ids.get(idKey);
  }

  /** Notes where an entry stands now; `was`: where the database has it, if this knows nothing of it. */
  note(name: string, was: FoundPlace | undefined, place: FoundPlace, text: LoggedText): void {
    const { entries, ids } = this.#current;
    entries.set(name, { base: this.#baseOf(name, was), place, text });
    for (const idKey of idKeys(place)) ids.set(idKey, name);
  }

  /** Notes that an entry has gone. */
  noteGone(name: string, was: FoundPlace | undefined): void {
    const base = this.#baseOf(name, was);
    this.#current.entries.set(name, { base, place: undefined, text: undefined });
  }

  /** Those of one state, oldest first. */
  lines(state: JournalEntry['state']): readonly FullIndexLine[] {
    const lines: FullIndexLine[] = [];
    for (const [name, { place }] of this.#moving.entries) {
      if (place?.state === state && !this.#current.entries.has(name)) lines.push({ name, ...place });
    }
    for (const [name, { place }] of this.#current.entries) {
      if (place?.state === state) lines.push({ name, ...place });
    }
    return lines.sort((one, other) => one.at - other.at);
  }

  /** A new generation begins; gives the one that ends, to be moved. */
  turn(): Generation {
    this.#moving = this.#current;
    this.#current = new Generation();
    return this.#moving;
  }

  /** The generation that ended stands in the database. */
  moved(): void {
    this.#moving = new Generation();
  }

  #baseOf(name: string, was: FoundPlace | undefined): FoundPlace | undefined {
    const unmoved = this.#current.entries.get(name);
    if (unmoved !== undefined) return unmoved.base;
    const moving = this.#moving.entries.get(name);
    return moving === undefined ? was : moving.place;
  }
}

/** What leads to an entry beside its name: its id, where that is known, and its BizId, where it has one. */
export function idKeys({ id, bizId }: FoundPlace): readonly string[] {
  const keys = bizId === undefined ? [] : [bizIdKey(bizId)];
  return id === '' ? keys : [id, ...keys];
}

/** As `idKeys` has a BizId; no message id has a blank. */
export function bizIdKey(bizId: string): string {
  return `biz ${bizId}`;
}

/** An entry as the log has it; undefined: it has gone. */
export function readLogged({ place, text }: UnmovedEntry): PlacedEntry | undefined {
  if (place === undefined || text === undefined) return undefined;
  // Only what this program sealed opens, and the folder's format is checked before.
  return { entry: JSON.parse(textOf(text)) as JournalEntry, place };
}
