import { chmod, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import * as z from 'zod';
import { placeOf } from './entry-place.ts';
import type { FullIndexLine, PlacedEntry } from './entry-place.ts';
import { FileReserve } from './file-reserve.ts';
import { GroupCommit } from './group-commit.ts';
import { JournalDamage } from './journal-damage.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { JournalKeys } from './journal-keys.ts';
import { checkKeys } from './key-check.ts';
import type { KeyDecision } from './key-check.ts';
import type { LoadedLmdb } from './load-lmdb.ts';
import { idKeys } from './logged-entries.ts';
import type { Generation, UnmovedEntry } from './logged-entries.ts';
import { makeJournalFile } from './make-journal-file.ts';

/** What is needed to open a journal's database. */
export interface EntryDatabaseParts {
  readonly lmdb: LoadedLmdb;
  readonly folder: string;
  readonly keys: JournalKeys;
}

type IndexKey = [state: string, at: number, name: string];

/** More than LMDB's own table of readers: written out, so that a full disk cannot fail under the mapping. */
const lockFileBytes = 16_384;
const statsSchema = z.object({ lastPageNumber: z.int() });
const checkName = 'check';
const formerName = 'former';
const formerSchema = z.array(z.object({ mark: z.string(), until: z.number() }));
/** The first generation of the log that does not stand here. */
const generationName = 'log';
/** What opening the parts of the file may write. */
const layoutBytes = 8 * 4096;
/** Entries that are moved in one turn of the event loop: some milliseconds' worth. */
const movedAtOnce = 256;

/** The journal's lmdb: entries by name, their index by state and time, and names by message id and BizId. */
export class EntryDatabase {
  readonly #keys: JournalKeys;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #entries: Database<Buffer, string>;
  readonly #index: Database<string, IndexKey>;
  readonly #ids: Database<string, string>;
  readonly #meta: Database<string, string>;
  readonly #commits: GroupCommit;

  private constructor(keys: JournalKeys, root: RootDatabase<Buffer, string>, reserve: FileReserve) {
    this.#keys = keys;
    this.#commits = new GroupCommit({ root, reserve });
    this.#root = root;
    this.#entries = root.openDB('entries', { encoding: 'binary' });
    this.#index = root.openDB('index', { encoding: 'string' });
    this.#ids = root.openDB('ids', { encoding: 'string' });
    this.#meta = root.openDB('meta', { encoding: 'string' });
  }

  /** Opens the file, or makes it; rejects with the system's or LMDB's own error. */
  static async open({ lmdb, folder, keys }: EntryDatabaseParts): Promise<EntryDatabase> {
    await makeJournalFile(folder, lmdb.path);
    await layOut(folder);
    const root = lmdb.lmdb.open<Buffer, string>({
      path: folder,
      noSubdir: false,
      maxDbs: 4,
      encoding: 'binary',
      cache: false,
      overlappingSync: true,
    });
    try {
      const reserve = new FileReserve(join(folder, 'data.mdb'), () => usedPagesOf(root));
      // Opening the parts begins a write.
      await reserve.take(layoutBytes, 0);
      const database = new EntryDatabase(keys, root, reserve);
      for (const name of ['data.mdb', 'lock.mdb']) await chmod(join(folder, name), 0o600);
      return database;
    } catch (error) {
      // One that stayed open would be given again to the next that opens this path, with its failure.
      await root.close();
      throw error;
    }
  }

  /** The first generation of the log that does not stand here. */
  get generation(): number {
    return Number(this.#meta.get(generationName) ?? '1');
  }

  /**
   * Whether these keys do for what is there, in the log too (`logEmpty`: it has nothing); good ones are noted, the one
   * before them for `keptMs`.
   */
  async takesKeys(wallTime: number, keptMs: number, logEmpty: boolean): Promise<KeyDecision> {
    const found = this.#meta.get(checkName);
    const former = formerSchema.parse(JSON.parse(this.#meta.get(formerName) ?? '[]'));
    // Counting, even with a limit, would read the whole index.
    const [first] = this.#index.getKeys({ limit: 1 });
    const empty = first === undefined && logEmpty;
    const given = this.#keys.marks;
    const decision = checkKeys({ found, former, empty, given, wallTime, keptMs });
    if (decision.kind !== 'good') return decision;
    const noted = JSON.stringify(decision.former);
    if (found === given.current && noted === JSON.stringify(former)) return decision;
    await this.#commits.write(1000, 2, () => {
      quietly(this.#meta.put(checkName, given.current));
      quietly(this.#meta.put(formerName, noted));
    });
    return decision;
  }

  /** Undefined where there is none; throws where it does not open. */
  get(name: string): PlacedEntry | undefined {
    const sealed = this.#entries.getBinary(name);
    if (sealed === undefined) return undefined;
    const content = this.#keys.open(name, sealed);
    if (content === undefined) throw new JournalDamage('an entry does not open');
    // Only what this program sealed opens, and the folder's format is checked before.
    const entry = JSON.parse(content.toString()) as JournalEntry;
    return { entry, place: placeOf(entry, content.length) };
  }

  /** Whether there is an entry, readable or not. */
  has(name: string): boolean {
    return this.#entries.getBinary(name) !== undefined;
  }

  /** The name that an id leads to, as `idKeys` gives them. */
  nameOf(idKey: string): string | undefined {
    return this.#ids.get(idKey);
  }

  /** The index of one state, oldest first. */
  *lines(state: JournalEntry['state']): Iterable<FullIndexLine> {
    for (const { key, value } of this.#index.getRange({
      start: [state, 0, ''],
      end: [state, Number.MAX_SAFE_INTEGER, ''],
    })) {
      const [, at, name] = key;
      const [id = '', bytes, bizId] = value.split(' ');
      yield { name, state, at, id, bytes: Number(bytes), ...(bizId !== undefined && { bizId }) };
    }
  }

  /** Takes over a generation of the log; all of it is on the disk, and noted to be, when this resolves. */
  async move(generation: Generation, number: number): Promise<void> {
    // By name, as the tree has them: those of one page are written together, and pages side by side at once.
    const all = [...generation.entries].sort(([one], [other]) => (one < other ? -1 : 1));
    for (let at = 0; at < all.length; at += movedAtOnce) {
      const some = all.slice(at, at + movedAtOnce);
      const bytes = some.reduce((sum, [, { place }]) => sum + (place?.bytes ?? 0), 0);
      await this.#commits.write(bytes, some.length, () => {
        for (const [name, entry] of some) this.#move(name, entry, generation);
      });
    }
    await this.#commits.write(1000, 1, () => {
      quietly(this.#meta.put(generationName, String(number + 1)));
    });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #move(name: string, { base, place, text }: UnmovedEntry, generation: Generation): void {
    if (base !== undefined) {
      quietly(this.#index.remove([base.state, base.at, name]));
      // What leads to another entry by now is not taken away with this one.
      for (const idKey of idKeys(base)) {
        if (!generation.ids.has(idKey) && this.#ids.get(idKey) === name) quietly(this.#ids.remove(idKey));
      }
    }
    if (place === undefined || text === undefined) {
      if (base !== undefined) quietly(this.#entries.remove(name));
      return;
    }
    quietly(this.#entries.put(name, this.#keys.seal(name, text.bytes.subarray(text.start, text.end))));
    for (const idKey of idKeys(place)) {
      if (generation.leads(idKey, name)) quietly(this.#ids.put(idKey, name));
    }
    const { id, state, at, bytes, bizId } = place;
    const line = `${id} ${String(bytes)}${bizId === undefined ? '' : ` ${bizId}`}`;
    quietly(this.#index.put([state, at, name], line));
  }
}

/** The last page in use. */
function usedPagesOf(root: RootDatabase<Buffer, string>): number {
  return statsSchema.parse(root.getStats()).lastPageNumber;
}

/** Within a batch only the batch's own promise is waited for; those of its parts reject beside it. */
function quietly(written: Promise<boolean>): void {
  written.catch(() => undefined);
}

/** The file of locks, with its mode from the first moment. */
async function layOut(folder: string): Promise<void> {
  const lock = await openFile(join(folder, 'lock.mdb'), 'w', 0o600);
  try {
    await lock.writeFile(Buffer.alloc(lockFileBytes));
  } finally {
    await lock.close();
  }
}
