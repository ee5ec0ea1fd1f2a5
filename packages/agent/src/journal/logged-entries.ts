import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import type { JournalEntry } from './journal-entry.ts';
import { textOf } from './log-change.ts';
import type { LoggedText } from './log-change.ts';

/** An entry's place, and by which BizId it is found besides. */
export interface FoundPlace extends EntryPlace {
  readonly bizId?: string;
}

/** An entry as the log has it. */
export interface LoggedEntry {
  readonly place: FoundPlace;
  readonly text: LoggedText;
}

/** What has become of an entry since it was moved last. */
export interface UnmovedEntry {
  /** Where the database has it; undefined: nowhere. */
  readonly base: FoundPlace | undefined;
  /** Undefined: it has gone. */
  readonly now: LoggedEntry | undefined;
}

/** The entries of one generation of the log, by name. */
type Generation = ReadonlyMap<string, UnmovedEntry>;

const none: Generation = new Map();

/** What stands in the log and not in the database yet: the generation that is written, and the one that is moved. */
export class LoggedEntries {
  #current = new Map<string, UnmovedEntry>();
  #moving: Generation = none;
  /** Names by what else leads to them, in both generations. */
  #currentIds = new Map<string, string>();
  #movingIds: ReadonlyMap<string, string> = new Map();

  get(name: string): UnmovedEntry | undefined {
    return this.#current.get(name) ?? this.#moving.get(name);
  }

  /** The name that an id leads to, as `idKeys` gives them. */
  nameOf(idKey: string): string | undefined {
    return this.#currentIds.get(idKey) ?? this.#movingIds.get(idKey);
  }

  /** Notes what an entry has become; `was`: where the database has it, if this knows nothing of it. */
  note(name: string, was: FoundPlace | undefined, now: LoggedEntry | undefined): void {
    const base = this.#current.get(name)?.base ?? this.#baseOf(name, was);
    this.#current.set(name, { base, now });
    if (now === undefined) return;
    for (const idKey of idKeys(now.place)) this.#currentIds.set(idKey, name);
  }

  /** Those of one state, oldest first. */
  lines(state: JournalEntry['state']): readonly FullIndexLine[] {
    const lines: FullIndexLine[] = [];
    for (const [name, { now }] of this.#moving) {
      if (now?.place.state === state && !this.#current.has(name)) lines.push({ name, ...now.place });
    }
    for (const [name, { now }] of this.#current) {
      if (now?.place.state === state) lines.push({ name, ...now.place });
    }
    return lines.sort((one, other) => one.at - other.at);
  }

  /** A new generation begins; gives the one that ends, to be moved. */
  turn(): Generation {
    this.#moving = this.#current;
    this.#movingIds = this.#currentIds;
    this.#current = new Map();
    this.#currentIds = new Map();
    return this.#moving;
  }

  /** The generation that ended stands in the database. */
  moved(): void {
    this.#moving = none;
    this.#movingIds = new Map();
  }

  #baseOf(name: string, was: FoundPlace | undefined): FoundPlace | undefined {
    const moving = this.#moving.get(name);
    return moving === undefined ? was : moving.now?.place;
  }
}

/** What leads to an entry beside its name: its id, and its BizId where it has one. No message id has a blank. */
export function idKeys({ id, bizId }: FoundPlace): readonly string[] {
  return bizId === undefined ? [id] : [id, bizIdKey(bizId)];
}

/** As `idKeys` has a BizId. */
export function bizIdKey(bizId: string): string {
  return `biz ${bizId}`;
}

/** An entry as the log has it, read. */
export function readLogged({ place, text }: LoggedEntry): PlacedEntry {
  // Only what this program sealed opens, and the folder's format is checked before.
  return { entry: JSON.parse(textOf(text)) as JournalEntry, place };
}
