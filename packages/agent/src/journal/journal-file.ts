import { EntryDatabase } from './entry-database.ts';
import type { EntryDatabaseParts } from './entry-database.ts';
import { placeOf } from './entry-place.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import { bizIdOf } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { JournalKeys } from './journal-keys.ts';
import { JournalLog } from './journal-log.ts';
import type { JournalLogOptions } from './journal-log.ts';
import type { KeyDecision } from './key-check.ts';
import { textOf } from './log-change.ts';
import { LogMover } from './log-mover.ts';
import { bizIdKey, LoggedEntries, readLogged } from './logged-entries.ts';
import type { FoundPlace } from './logged-entries.ts';

/** What a journal's file is made of. */
interface JournalFileParts {
  readonly keys: JournalKeys;
  readonly database: EntryDatabase;
  readonly log: JournalLog;
  readonly logged: LoggedEntries;
  readonly mover: LogMover;
}

/** The journal on the disk: changes are logged as they come, and moved into a database later, many at a time. */
export class JournalFile {
  readonly #parts: JournalFileParts;

  private constructor(parts: JournalFileParts) {
    this.#parts = parts;
  }

  /** Opens the files, or makes them; rejects with the system's or LMDB's own error. */
  static async open(parts: EntryDatabaseParts, options: JournalLogOptions = {}): Promise<JournalFile> {
    const { keys, folder } = parts;
    const database = await EntryDatabase.open(parts);
    try {
      const logged = new LoggedEntries();
      const mover = new LogMover({ database, logged });
      const log = await JournalLog.open({ folder, keys, mover }, options);
      return new JournalFile({ keys, database, log, logged, mover });
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Why what is written does not get to its last place, in words. */
  get trouble(): string | undefined {
    return this.#parts.mover.trouble?.message;
  }

  /** Whether these keys do for what is there; good ones are noted, the one before them for `keptMs`. */
  async takesKeys(wallTime: number, keptMs: number): Promise<KeyDecision> {
    const { database, log } = this.#parts;
    return database.takesKeys(wallTime, keptMs, await log.isEmpty());
  }

  /** Takes up what the last process logged and did not move; before anything else is read or written. */
  async takeUp(): Promise<void> {
    const { database, log, logged } = this.#parts;
    for (const { name, text } of await log.left(database.generation)) {
      const was = logged.get(name) === undefined ? this.#placeInDatabase(name) : undefined;
      if (text === undefined) logged.noteGone(name, was);
      else {
        const entry = JSON.parse(textOf(text)) as JournalEntry;
        logged.note(name, was, foundPlace(entry, text.end - text.start), text);
      }
    }
    await log.takeUp();
  }

  /** Moves all that is logged, once; rejects where it cannot be moved. What is logged later is moved by and by. */
  async settle(): Promise<void> {
    const { log, mover } = this.#parts;
    await log.settle();
    if (mover.trouble !== undefined) throw mover.trouble;
    mover.start();
  }

  /** A name for a key or a payload that tells nothing of it: the current one, then those of former keys. */
  namesOf(use: 'key' | 'payload', text: string): readonly [current: string, ...former: string[]] {
    return this.#parts.keys.namesOf(use, text);
  }

  /** Undefined where there is none; throws where it does not open. */
  get(name: string): PlacedEntry | undefined {
    const unmoved = this.#parts.logged.get(name);
    if (unmoved === undefined) return this.#parts.database.get(name);
    return readLogged(unmoved);
  }

  /** Whether there is an entry, readable or not. */
  has(name: string): boolean {
    const unmoved = this.#parts.logged.get(name);
    return unmoved === undefined ? this.#parts.database.has(name) : unmoved.place !== undefined;
  }

  find(id: string): PlacedEntry | undefined {
    const found = this.#ledToBy(id);
    return found?.entry.id === id ? found : undefined;
  }

  findByBizId(bizId: string): PlacedEntry | undefined {
    const found = this.#ledToBy(bizIdKey(bizId));
    return found !== undefined && bizIdOf(found.entry) === bizId ? found : undefined;
  }

  /** Writes an entry in place of the one that stands at `was`; resolves once it is on the disk. */
  put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    const { log, logged } = this.#parts;
    const text = JSON.stringify(entry);
    const textBytes = Buffer.byteLength(text);
    const place = foundPlace(entry, textBytes);
    const flushed = log.append({ name, text, textBytes }, (landed) => {
      if (landed !== undefined) logged.note(name, was, place, landed);
    });
    return flushed.then(() => place);
  }

  /** Takes entries out; resolves once that is on the disk. */
  async remove(lines: readonly FullIndexLine[]): Promise<void> {
    const { log, logged } = this.#parts;
    const removed = lines.map((line) => {
      return log.append({ name: line.name, textBytes: 0 }, () => {
        logged.noteGone(line.name, line);
      });
    });
    await Promise.all(removed);
  }

  /** The index of one state, oldest first. */
  *lines(state: JournalEntry['state']): Iterable<FullIndexLine> {
    const { database, logged } = this.#parts;
    // What is not moved ended after what is.
    for (const line of database.lines(state)) if (logged.get(line.name) === undefined) yield line;
    yield* logged.lines(state);
  }

  /** Moves what is logged into the database, as far as it can be, and closes all. */
  async close(): Promise<void> {
    const { database, log, mover } = this.#parts;
    mover.stop();
    await log.close();
    await database.close();
  }

  #ledToBy(idKey: string): PlacedEntry | undefined {
    const { database, logged } = this.#parts;
    const name = logged.nameOf(idKey) ?? database.nameOf(idKey);
    return name === undefined ? undefined : this.get(name);
  }

  #placeInDatabase(name: string): FoundPlace | undefined {
    const found = this.#parts.database.get(name);
    return found && withBizId(found.entry, found.place);
  }
}

function foundPlace(entry: JournalEntry, textBytes: number): FoundPlace {
  return withBizId(entry, placeOf(entry, textBytes));
}

function withBizId(entry: JournalEntry, place: EntryPlace): FoundPlace {
  const bizId = bizIdOf(entry);
  if (bizId === undefined) return place;
  const { id, state, at, bytes } = place;
  return { id, state, at, bytes, bizId };
}
