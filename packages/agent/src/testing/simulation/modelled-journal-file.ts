import type { Random } from '@waystation/core';
import { bizIdOf } from '../../journal/journal-entry.ts';
import type { JournalEntry } from '../../journal/journal-entry.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from '../../journal/entry-place.ts';
import type { EntryFile } from '../../journal/journal-stock.ts';
import { never } from './life.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How a disk behaves. */
export interface DiskManners {
  /** From a write to its being on the disk, in ms, at most. */
  readonly flushMs: number;
  /** Share of the writes that fail, and all after them until the next start, or until it heals. */
  readonly failing: number;
  /** How long after that it takes writes again, in ms, at most; absent: the next start does. */
  readonly healsMs?: number | undefined;
}

type Change = (rows: Map<string, string>) => void;

/** What outlives a process: what was flushed, and what the system may still have in hand. */
export class ModelledDisk {
  readonly #rows = new Map<string, string>();
  readonly #pending: Change[] = [];

  /** What is on the disk now. */
  rows(): Map<string, string> {
    return new Map(this.#rows);
  }

  /** The latest time by which an entry that is not over may still be sent, in wall-clock ms; undefined: there is none. */
  latestDeliverBy(): number | undefined {
    const times = [...this.#rows].flatMap(([row, text]) => {
      if (!row.startsWith(entryRow(''))) return [];
      const { entry } = placed(text);
      return entry.state === 'done' ? [] : (entry.deliverBy ?? []);
    });
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Hands a change to the disk; `flushNext` puts the oldest on it. */
  write(change: Change): void {
    this.#pending.push(change);
  }

  flushNext(): void {
    this.#pending.shift()?.(this.#rows);
  }

  /** The process ends: the system still writes as many of its changes as it likes, in their order. */
  crash(random: Random): void {
    const survive = Math.floor(random() * (this.#pending.length + 1));
    for (const change of this.#pending.splice(0).slice(0, survive)) change(this.#rows);
  }
}

/** The journal's file as a process has it open: what is committed is seen, what is flushed stays. */
export class ModelledJournalFile implements EntryFile {
  readonly #world: { readonly time: VirtualTime; readonly life: Life; readonly random: Random };
  readonly #disk: ModelledDisk;
  readonly #manners: DiskManners;
  readonly #seen: Map<string, string>;
  readonly trouble = undefined;
  #flushedAt = 0;
  /** On the monotonic clock. */
  #brokenUntil = -Infinity;

  constructor(
    world: { readonly time: VirtualTime; readonly life: Life; readonly random: Random },
    disk: ModelledDisk,
    manners: DiskManners,
  ) {
    this.#world = world;
    this.#disk = disk;
    this.#manners = manners;
    this.#seen = disk.rows();
  }

  namesOf(use: 'key' | 'payload', text: string): readonly [string] {
    return [`${use} ${text}`];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): PlacedEntry | undefined {
    const text = this.#seen.get(entryRow(name));
    return text === undefined ? undefined : placed(text);
  }

  find(id: string): PlacedEntry | undefined {
    const name = this.#seen.get(leadRow(id));
    const found = name === undefined ? undefined : this.get(name);
    return found?.entry.id === id ? found : undefined;
  }

  findByBizId(bizId: string): PlacedEntry | undefined {
    return this.#first((entry) => bizIdOf(entry) === bizId);
  }

  *lines(state: JournalEntry['state']): Iterable<FullIndexLine> {
    const lines = [...this.#seen].flatMap(([row, text]) =>
      // Only what `put` wrote is read.
      row.startsWith(indexRow(state)) ? [JSON.parse(text) as FullIndexLine] : [],
    );
    yield* lines.sort((one, other) => one.at - other.at);
  }

  async put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    const text = JSON.stringify(entry);
    const { place } = placed(text);
    const line = JSON.stringify({ ...place, name });
    await this.#write((rows) => {
      if (was !== undefined) rows.delete(indexRow(was.state, was.at, name));
      rows.set(entryRow(name), text).set(indexRow(place.state, place.at, name), line);
      rows.set(leadRow(place.id), name);
    });
    return place;
  }

  async remove(lines: readonly FullIndexLine[]): Promise<void> {
    await this.#write((rows) => {
      for (const { name, state, at, id } of lines) {
        rows.delete(entryRow(name));
        if (rows.get(leadRow(id)) === name) rows.delete(leadRow(id));
        rows.delete(indexRow(state, at, name));
      }
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #first(fits: (entry: JournalEntry) => boolean): PlacedEntry | undefined {
    for (const [row, text] of this.#seen) {
      if (!row.startsWith(entryRow(''))) continue;
      const found = placed(text);
      if (fits(found.entry)) return found;
    }
    return undefined;
  }

  async #write(change: Change): Promise<void> {
    const { time, life, random } = this.#world;
    const { flushMs, failing, healsMs } = this.#manners;
    if (time.now() >= this.#brokenUntil && random() < failing) {
      this.#brokenUntil =
        time.now() + (healsMs === undefined ? Infinity : 1 + Math.floor(random() * healsMs));
    }
    if (time.now() < this.#brokenUntil) throw new Error('ENOSPC: no space left on device');
    if (!life.happens('journal write')) await never();
    this.#flushedAt = Math.max(this.#flushedAt, time.now() + Math.floor(random() * (flushMs + 1)));
    this.#disk.write(change);
    change(this.#seen);
    await life.later(this.#flushedAt - time.now(), () => {
      this.#disk.flushNext();
    });
    if (!life.happens('journal flushed')) await never();
  }
}

/** What is wrong with a disk's journal in itself, one a line. */
export function faultsOf(rows: ReadonlyMap<string, string>): readonly string[] {
  const entries = [...rows].filter(([row]) => row.startsWith(entryRow('')));
  const wanted = entries.map(([row, text]) => {
    const { state, at } = placed(text).place;
    return indexRow(state, at, row.slice(entryRow('').length));
  });
  const found = [...rows.keys()].filter((row) => row.startsWith('index '));
  return [
    ...found.filter((row) => !wanted.includes(row)).map((row) => `the journal's line ${row} has no entry`),
    ...wanted.filter((row) => !found.includes(row)).map((row) => `the journal's line ${row} is missing`),
  ];
}

function entryRow(name: string): string {
  return `entry ${name}`;
}

/** Which entry an id leads to: the one that was written last under it. */
function leadRow(id: string): string {
  return `lead ${id}`;
}

function indexRow(state: string, at?: number, name?: string): string {
  return `index ${state} ${at === undefined ? '' : `${String(at)} ${name ?? ''}`}`;
}

function placed(text: string): PlacedEntry {
  const entry = JSON.parse(text) as JournalEntry;
  const at = entry.state === 'open' ? 0 : entry.endedAt;
  return { entry, place: { id: entry.id, state: entry.state, at, bytes: text.length + 400 } };
}
