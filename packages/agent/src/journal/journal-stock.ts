import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { EntryWrites } from './entry-writes.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import type { JournalFile } from './journal-file.ts';
import { StockSums } from './stock-sums.ts';

/** What a stock needs of the journal's file. */
export type EntryFile = Pick<
  JournalFile,
  'trouble' | 'namesOf' | 'has' | 'get' | 'find' | 'findByBizId' | 'put' | 'remove' | 'lines' | 'close'
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
/** Room that is made beyond what one message needs. */
const spareBytes = 64 * 1024;
const sweepMs = 60_000;
const retryMs = 5000;
/** Entries counted in one turn of the event loop: less than a millisecond's worth. */
const countedAtOnce = 250;
/** Entries taken out in one transaction. */
const sweepCount = 1000;

/** An open journal: entries by name within its bounds, the oldest that are over going first. */
export class JournalStock {
  readonly #parts: JournalStockParts;
  readonly #bounds: JournalBounds;
  readonly #sums = new StockSums();
  readonly #writes: EntryWrites;
  #sweep: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: JournalStockParts, bounds: JournalBounds) {
    this.#parts = parts;
    this.#bounds = bounds;
    this.#writes = new EntryWrites({ ...parts, sums: this.#sums });
  }

  /** Counts what is there, which others of the process may interrupt, and begins to take out what is over. */
  async start(): Promise<void> {
    await this.#count();
    this.#sweepOut();
    this.#sweep = setInterval(() => {
      this.#sweepOut();
    }, sweepMs);
    this.#sweep.unref();
    this.#retry = setInterval(() => {
      this.#writes.saveAgain();
    }, retryMs);
    this.#retry.unref();
  }

  get trouble(): string | undefined {
    const { trouble } = this.#parts.file;
    return this.#writes.trouble ?? (trouble && `the journal does not get on: ${trouble}`);
  }

  state(wallTime: number): StockState {
    const [oldest] = this.#oldestDone(1);
    const { unfinished, done, bytes } = this.#sums;
    return {
      ...{ unfinished, done, bytes },
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
      if (file.has(name)) return { name, digest: formerDigest };
    }
    return { name: `key ${current}`, digest };
  }

  /** Whether the disk has what was settled last under a name, and let go of what was taken out. */
  isSaved(name: string): boolean {
    return this.#writes.isSaved(name);
  }

  /** Waits until nothing more of an entry is being written; undefined: nothing is. */
  idle(name: string): Promise<void> | undefined {
    return this.#writes.idle(name);
  }

  get(name: string): PlacedEntry | undefined {
    return this.#writes.get(name);
  }

  find(id: string): PlacedEntry | undefined {
    return this.#writes.find(id);
  }

  /** The message that a provider gave this BizId, where it is over. */
  findByBizId(bizId: string): PlacedEntry | undefined {
    return this.#writes.findByBizId(bizId);
  }

  /** Makes room for one more message of this size; false where unfinished ones alone leave none. */
  makeRoom(payloadBytes: number): boolean {
    const { maxBytes } = this.#bounds;
    const needed = payloadBytes + growthBytes;
    if (this.#sums.unfinishedBytes + needed > maxBytes) return false;
    const excess = this.#sums.bytes + needed - maxBytes;
    // Some more than is needed, so that not every message has to look for the oldest.
    if (excess > 0) this.#dropOldest(excess + Math.min(spareBytes, maxBytes / 64));
    return true;
  }

  /** Writes an entry; resolves once it is on the disk, rejects where the disk does not take it. */
  put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    return this.#writes.put(name, entry, was);
  }

  /** As `put`, for what must be known even if the disk does not take it: it is kept in memory until it does. */
  settle(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace | undefined> {
    return this.#writes.settle(name, entry, was);
  }

  /** Names of the messages whose outcome is unknown, oldest first. */
  *held(): Iterable<string> {
    for (const { name } of this.#parts.file.lines('held')) if (!this.#writes.isLeaving(name)) yield name;
  }

  /** Forgets an entry, whether the disk lets go of it or not. */
  remove(name: string, id: string, place: EntryPlace): Promise<void> {
    return this.#writes.remove(name, id, place);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    clearInterval(this.#retry);
    this.#writes.saveAgain();
    await this.#writes.settled();
    await this.#parts.file.close();
  }

  async #count(): Promise<void> {
    let counted = 0;
    for (const state of ['open', 'held', 'done'] as const) {
      for (const line of this.#parts.file.lines(state)) {
        this.#sums.add(line, 1);
        if (++counted % countedAtOnce === 0) await nextTurn();
      }
    }
  }

  #sweepOut(): void {
    const before = this.#parts.clock.wallTime() - this.#bounds.retentionMs;
    const old = (['done', 'held'] as const).flatMap((state) => {
      const lines = [];
      for (const line of this.#parts.file.lines(state)) {
        if (line.at >= before || lines.length === sweepCount) break;
        if (!this.#writes.isMoving(line.name)) lines.push(line);
      }
      return lines;
    });
    if (old.length === 0) return;
    void this.#writes.drop(old).then(() => {
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
    void this.#writes.drop(lines);
  }

  *#oldestDone(limit: number): Iterable<FullIndexLine> {
    let count = 0;
    for (const line of this.#parts.file.lines('done')) {
      if (this.#writes.isMoving(line.name)) continue;
      yield line;
      if (++count >= limit) return;
    }
  }
}
