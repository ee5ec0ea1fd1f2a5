import type { Clock } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { bizIdOf } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import type { JournalFile } from './journal-file.ts';

/** What a stock needs of the journal's file. */
export type EntryFile = Pick<
  JournalFile,
  'namesOf' | 'has' | 'get' | 'find' | 'findByBizId' | 'put' | 'remove' | 'lines' | 'close'
>;

/** What an open journal is made of. */
export interface JournalStockParts {
  readonly file: EntryFile;
  readonly clock: Clock;
  readonly log: AgentLogger;
}

/** What an open journal keeps. */
export interface StockState {
  /** Under way, or of unknown outcome. */
  readonly unfinished: number;
  readonly done: number;
  readonly bytes: number;
  /** Age of the oldest entry that is over, in ms: how far back keys are known. */
  readonly windowMs: number;
}

/** How much is kept, and how long. */
export interface JournalBounds {
  readonly maxBytes: number;
  readonly retentionMs: number;
}

/** Room that a message needs at the most while it is under way, beyond its payload: attempts and result. */
const growthBytes = 4096;
const sweepMs = 60_000;
const retryMs = 5000;
/** Entries taken out in one transaction. */
const sweepCount = 1000;

/** An open journal: entries by name within its bounds, the oldest that are over going first. */
export class JournalStock {
  readonly #parts: JournalStockParts;
  readonly #bounds: JournalBounds;
  readonly #count = { open: 0, held: 0, done: 0 };
  #bytes = { unfinished: 0, done: 0 };
  /** Taken out, but perhaps still seen in the file. */
  readonly #leaving = new Set<string>();
  /** Written by nobody yet, since the disk did not take them. */
  readonly #unsaved = new Map<
    string,
    { readonly entry: JournalEntry; readonly was: EntryPlace | undefined }
  >();
  /** Where entries that are being written will stand: the next write of one finds it there. */
  readonly #moving = new Map<string, Promise<EntryPlace | undefined>>();
  /** No longer true, though the disk did not let go of them. */
  readonly #forgotten = new Map<string, FullIndexLine>();
  #sweep: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  readonly #writing = new Set<Promise<unknown>>();
  #trouble: string | undefined;

  constructor(parts: JournalStockParts, bounds: JournalBounds) {
    this.#parts = parts;
    this.#bounds = bounds;
  }

  /** Counts what is there, and begins to take out what is over for long enough. */
  start(): void {
    for (const state of ['open', 'held', 'done'] as const) {
      for (const line of this.#parts.file.lines(state)) this.#add(line, 1);
    }
    this.#sweepOut();
    this.#sweep = setInterval(() => {
      this.#sweepOut();
    }, sweepMs);
    this.#sweep.unref();
    this.#retry = setInterval(() => {
      this.#saveAgain();
    }, retryMs);
    this.#retry.unref();
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  state(wallTime: number): StockState {
    const [oldest] = this.#oldestDone(1);
    return {
      unfinished: this.#count.open + this.#count.held,
      done: this.#count.done,
      bytes: this.#bytes.unfinished + this.#bytes.done,
      windowMs: oldest === undefined ? 0 : Math.max(0, wallTime - oldest.at),
    };
  }

  /**
   * Where a key's message stands, and what its payload must be: under the names of a former key where it was
   * written with that, else under the current one's.
   */
  placeOf(key: string, payload: string): { readonly name: string; readonly digest: string } {
    const { file } = this.#parts;
    const [current, ...former] = file.namesOf('key', key);
    const [digest, ...formerDigests] = file.namesOf('payload', payload);
    for (const [index, formerDigest] of formerDigests.entries()) {
      const name = `key ${former[index] ?? ''}`;
      if (this.#parts.file.has(name)) return { name, digest: formerDigest };
    }
    return { name: `key ${current}`, digest };
  }

  /** Waits until nothing more of an entry is being written. */
  async idle(name: string): Promise<void> {
    while (this.#moving.has(name)) await this.#moving.get(name);
  }

  get(name: string): PlacedEntry | undefined {
    const unsaved = this.#unsaved.get(name);
    if (unsaved !== undefined) return { entry: unsaved.entry, place: unsaved.was ?? unplaced };
    return this.#leaving.has(name) || this.#forgotten.has(name) ? undefined : this.#parts.file.get(name);
  }

  find(id: string): PlacedEntry | undefined {
    for (const { entry } of this.#unsaved.values()) if (entry.id === id) return { entry, place: unplaced };
    return this.#parts.file.find(id);
  }

  /** The message that a provider gave this BizId, where it is over. */
  findByBizId(bizId: string): PlacedEntry | undefined {
    for (const { entry } of this.#unsaved.values()) {
      if (bizIdOf(entry) === bizId) return { entry, place: unplaced };
    }
    return this.#parts.file.findByBizId(bizId);
  }

  /** Makes room for one more message of this size; false where unfinished ones alone leave none. */
  makeRoom(payloadBytes: number): boolean {
    const { maxBytes } = this.#bounds;
    const needed = payloadBytes + growthBytes;
    if (this.#bytes.unfinished + needed > maxBytes) return false;
    const excess = this.#bytes.unfinished + this.#bytes.done + needed - maxBytes;
    if (excess > 0) this.#dropOldest(excess);
    return true;
  }

  /** Writes an entry; resolves once it is on the disk, rejects where the disk does not take it. */
  put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    const moved = this.#placed(name, was).then((former) => this.#put(name, entry, former));
    const place = moved.catch(() => undefined);
    this.#moving.set(name, place);
    void place.then(() => {
      if (this.#moving.get(name) === place) this.#moving.delete(name);
    });
    return moved;
  }

  async #placed(name: string, was: EntryPlace | undefined): Promise<EntryPlace | undefined> {
    return (await this.#moving.get(name)) ?? this.#standing(name) ?? was ?? this.#forgotten.get(name);
  }

  /** Where an entry stands by now, whatever its writer knows of it; what cannot be read is written over. */
  #standing(name: string): EntryPlace | undefined {
    try {
      return this.#parts.file.get(name)?.place;
    } catch {
      return undefined;
    }
  }

  async #put(name: string, entry: JournalEntry, former: EntryPlace | undefined): Promise<EntryPlace> {
    try {
      const place = await this.#track(this.#parts.file.put(name, entry, former));
      this.#forgotten.delete(name);
      if (former !== undefined && former !== unplaced) this.#add(former, -1);
      this.#add(place, 1);
      this.#unsaved.delete(name);
      this.#trouble = undefined;
      return place;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** As `put`, for what must be known even if the disk does not take it: it is kept in memory until it does. */
  async settle(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace | undefined> {
    try {
      return await this.put(name, entry, was);
    } catch {
      this.#unsaved.set(name, { entry, was });
      return was;
    }
  }

  /** Names of the messages whose outcome is unknown, oldest first. */
  *held(): Iterable<string> {
    for (const { name } of this.#parts.file.lines('held')) if (!this.#leaving.has(name)) yield name;
  }

  /** Forgets an entry, whether the disk lets go of it or not. */
  async remove(name: string, id: string, place: EntryPlace): Promise<void> {
    this.#unsaved.delete(name);
    const line = { ...((await this.#placed(name, place)) ?? place), name, id };
    if (await this.#drop([line])) this.#forgotten.delete(name);
    else this.#forgotten.set(name, line);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    clearInterval(this.#retry);
    this.#saveAgain();
    await Promise.allSettled([...this.#writing]);
    await this.#parts.file.close();
  }

  #saveAgain(): void {
    for (const [name, { entry, was }] of this.#unsaved) void this.settle(name, entry, was);
    for (const line of this.#forgotten.values()) void this.remove(line.name, line.id, line);
  }

  #sweepOut(): void {
    const before = this.#parts.clock.wallTime() - this.#bounds.retentionMs;
    const old = (['done', 'held'] as const).flatMap((state) => {
      const lines = [];
      for (const line of this.#parts.file.lines(state)) {
        if (line.at >= before || lines.length === sweepCount) break;
        if (!this.#leaving.has(line.name)) lines.push(line);
      }
      return lines;
    });
    if (old.length === 0) return;
    void this.#drop(old).then(() => {
      if (old.length >= sweepCount) this.#sweepOut();
    });
  }

  #dropOldest(bytes: number): void {
    const lines = [];
    let freed = 0;
    for (const line of this.#oldestDone(Infinity)) {
      if (freed >= bytes) break;
      freed += line.bytes;
      lines.push(line);
    }
    void this.#drop(lines);
  }

  *#oldestDone(limit: number): Iterable<FullIndexLine> {
    let count = 0;
    for (const line of this.#parts.file.lines('done')) {
      if (this.#leaving.has(line.name)) continue;
      yield line;
      if (++count >= limit) return;
    }
  }

  /** Whether the disk let go of them. */
  async #drop(lines: readonly FullIndexLine[]): Promise<boolean> {
    for (const line of lines) {
      this.#leaving.add(line.name);
      this.#add(line, -1);
    }
    try {
      await this.#track(this.#parts.file.remove(lines));
      return true;
    } catch (error) {
      this.#failed(error);
      // They are still there, and will be swept out another time.
      for (const line of lines) this.#add(line, 1);
      return false;
    } finally {
      for (const { name } of lines) this.#leaving.delete(name);
    }
  }

  #add({ state, bytes }: EntryPlace, times: 1 | -1): void {
    this.#count[state] += times;
    if (state === 'done') this.#bytes.done += times * bytes;
    else this.#bytes.unfinished += times * bytes;
  }

  async #track<T>(write: Promise<T>): Promise<T> {
    this.#writing.add(write);
    try {
      return await write;
    } finally {
      this.#writing.delete(write);
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

const unplaced: EntryPlace = { state: 'open', at: 0, bytes: 0 };
