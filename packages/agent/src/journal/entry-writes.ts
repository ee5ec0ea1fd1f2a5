import type { AgentLogger } from '../log/logger.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import { bizIdOf } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { JournalFile } from './journal-file.ts';
import { RecentEntries } from './recent-entries.ts';
import type { StockSums } from './stock-sums.ts';

/** What entries are written with. */
export interface EntryWritesParts {
  readonly file: Pick<JournalFile, 'get' | 'find' | 'findByBizId' | 'put' | 'remove'>;
  readonly sums: StockSums;
  readonly log: AgentLogger;
}

/** An entry that the disk did not take. */
interface Unsaved {
  readonly entry: JournalEntry;
  readonly was: EntryPlace | undefined;
}

/** In place of the place of an entry that has none yet. */
const unplaced: EntryPlace = { id: '', state: 'open', at: 0, bytes: 0 };

/** Reads and writes entries, those of one name one after the other; what the disk did not take is not lost. */
export class EntryWrites {
  readonly #parts: EntryWritesParts;
  readonly #recent = new RecentEntries();
  /** The last write of an entry that is being written. */
  readonly #moving = new Map<string, Promise<EntryPlace>>();
  /** Taken out, but perhaps still seen in the file. */
  readonly #leaving = new Set<string>();
  readonly #drops = new Set<Promise<void>>();
  readonly #unsaved = new Map<string, Unsaved>();
  /** No longer true, though the disk did not let go of them. */
  readonly #forgotten = new Map<string, FullIndexLine>();
  #trouble: string | undefined;

  constructor(parts: EntryWritesParts) {
    this.#parts = parts;
  }

  /** Why the disk does not take entries, in words. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether the disk has what was settled last under a name, and let go of what was taken out. */
  isSaved(name: string): boolean {
    return !this.#unsaved.has(name) && !this.#forgotten.has(name);
  }

  /** Waits until nothing more of an entry is being written; undefined: nothing is. */
  idle(name: string): Promise<void> | undefined {
    return this.#moving.has(name) ? this.#untilIdle(name) : undefined;
  }

  get(name: string): PlacedEntry | undefined {
    const unsaved = this.#unsaved.get(name);
    if (unsaved !== undefined) {
      return { entry: unsaved.entry, place: unsaved.was ?? unplaced, unsaved: true };
    }
    if (this.#leaving.has(name) || this.#forgotten.has(name)) return undefined;
    return this.#written(name);
  }

  find(id: string): PlacedEntry | undefined {
    for (const { entry } of this.#unsaved.values()) {
      if (entry.id === id) return { entry, place: unplaced, unsaved: true };
    }
    return this.#parts.file.find(id);
  }

  /** The message that a provider gave this BizId, where it is over. */
  findByBizId(bizId: string): PlacedEntry | undefined {
    for (const { entry } of this.#unsaved.values()) {
      if (bizIdOf(entry) === bizId) return { entry, place: unplaced };
    }
    return this.#parts.file.findByBizId(bizId);
  }

  /** Whether an entry is being written or taken out. */
  isMoving(name: string): boolean {
    return this.#moving.has(name) || this.#leaving.has(name);
  }

  /** Whether an entry is being taken out. */
  isLeaving(name: string): boolean {
    return this.#leaving.has(name);
  }

  /** Writes an entry; resolves once it is on the disk, rejects where the disk does not take it. */
  put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    const before = this.#moving.get(name);
    const over = (): void => {
      if (this.#moving.get(name) === written) this.#moving.delete(name);
    };
    const write = (): Promise<EntryPlace> => this.#write(name, entry, was, over);
    const written: Promise<EntryPlace> = before === undefined ? write() : before.then(write, write);
    this.#moving.set(name, written);
    return written;
  }

  /** As `put`, for what must be known even if the disk does not take it: it is kept in memory until it does. */
  settle(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace | undefined> {
    return this.put(name, entry, was).then(undefined, () => {
      this.#unsaved.set(name, { entry, was });
      return was;
    });
  }

  /** Forgets an entry, whether the disk lets go of it or not. */
  async remove(name: string, id: string, place: EntryPlace): Promise<void> {
    this.#unsaved.delete(name);
    if (this.#moving.has(name)) await this.#untilIdle(name);
    // What was being written may have failed meanwhile, and is no longer true either.
    this.#unsaved.delete(name);
    const standing = this.#standing(name, place);
    // What was never on the disk need not leave it.
    if (standing === undefined) return;
    const line = { ...standing, name, id };
    if (await this.drop([line])) this.#forgotten.delete(name);
    else this.#forgotten.set(name, line);
  }

  /** Takes entries out; whether the disk let go of them. */
  async drop(lines: readonly FullIndexLine[]): Promise<boolean> {
    const { file, sums } = this.#parts;
    for (const line of lines) {
      this.#leaving.add(line.name);
      this.#recent.forget(line.name);
      sums.add(line, -1);
    }
    const removed = file.remove(lines);
    this.#drops.add(removed);
    try {
      await removed;
      return true;
    } catch (error) {
      this.#failed(error);
      // They are still there, and will be swept out another time.
      for (const line of lines) sums.add(line, 1);
      return false;
    } finally {
      this.#drops.delete(removed);
      for (const { name } of lines) this.#leaving.delete(name);
    }
  }

  /** Tries once more what the disk did not take, unless something newer is on its way. */
  saveAgain(): void {
    for (const [name, { entry, was }] of this.#unsaved) {
      if (!this.#moving.has(name)) void this.settle(name, entry, was);
    }
    for (const line of this.#forgotten.values()) {
      if (!this.#moving.has(line.name)) void this.remove(line.name, line.id, line);
    }
  }

  /** Waits until everything is written, as far as it can be. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#moving.values(), ...this.#drops]);
  }

  async #untilIdle(name: string): Promise<void> {
    for (;;) {
      const moving = this.#moving.get(name);
      if (moving === undefined) return;
      try {
        await moving;
      } catch {
        // Its writer is told.
      }
    }
  }

  /** Writes an entry; `over` is told before the writer is. */
  #write(
    name: string,
    entry: JournalEntry,
    was: EntryPlace | undefined,
    over: () => void,
  ): Promise<EntryPlace> {
    const { file, sums } = this.#parts;
    const former = this.#standing(name, was);
    const counted = former !== undefined && !this.#leaving.has(name);
    // From the commit on, the file tells.
    this.#recent.forget(name);
    return file.put(name, entry, former).then(
      (place) => {
        this.#recent.note(name, { entry, place });
        this.#forgotten.delete(name);
        if (counted) sums.add(former, -1);
        sums.add(place, 1);
        this.#unsaved.delete(name);
        this.#trouble = undefined;
        over();
        return place;
      },
      (error: unknown) => {
        over();
        throw this.#failed(error);
      },
    );
  }

  /** An entry as it stands on the disk. */
  #written(name: string): PlacedEntry | undefined {
    if (this.#recent.isAbsent(name)) return undefined;
    const found = this.#recent.get(name) ?? this.#parts.file.get(name);
    // What is on its way may stand there before its writer is told.
    if (found === undefined && !this.#moving.has(name)) this.#recent.noteAbsent(name);
    return found;
  }

  /** Where an entry stands by now, whatever its writer knows of it; undefined: it stands nowhere. */
  #standing(name: string, was: EntryPlace | undefined): EntryPlace | undefined {
    try {
      return this.#written(name)?.place;
    } catch {
      // What cannot be read is written over; nobody knows which id leads to it.
      const place = was ?? this.#forgotten.get(name);
      return place && { ...place, id: '' };
    }
  }

  #failed(error: unknown): Error {
    const cause = error instanceof Error ? error : new Error(String(error));
    const trouble = `the journal cannot be written: ${cause.message}`;
    if (this.#trouble === undefined) this.#parts.log.error({ reason: trouble }, 'journal not written');
    this.#trouble = trouble;
    return cause;
  }
}
