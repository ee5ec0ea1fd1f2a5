import { chmod, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import * as z from 'zod';
import { overheadBytes, placeOf } from './entry-place.ts';
import type { EntryPlace, FullIndexLine, PlacedEntry } from './entry-place.ts';
import { FileReserve } from './file-reserve.ts';
import { GroupCommit } from './group-commit.ts';
import type { LoadedLmdb } from './load-lmdb.ts';
import { bizIdOf } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { JournalKeys } from './journal-keys.ts';
import { checkKeys } from './key-check.ts';
import type { KeyDecision } from './key-check.ts';
import { makeJournalFile } from './make-journal-file.ts';

/** What was written is no longer what is read. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
}

/** What is needed to open a journal's file. */
export interface JournalFileParts {
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
/** What opening the parts of the file may write. */
const layoutBytes = 16 * 4096;

/** The journal's lmdb: entries by name, their index by state and time, and names by message id and BizId. */
export class JournalFile {
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
  static async open({ lmdb, folder, keys }: JournalFileParts): Promise<JournalFile> {
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
      await reserve.take(layoutBytes);
      const file = new JournalFile(keys, root, reserve);
      for (const name of ['data.mdb', 'lock.mdb']) await chmod(join(folder, name), 0o600);
      return file;
    } catch (error) {
      // One that stayed open would be given again to the next that opens this path, with its failure.
      await root.close();
      throw error;
    }
  }

  /** Whether these keys do for what is there; good ones are noted, the one before them for `keptMs`. */
  async takesKeys(wallTime: number, keptMs: number): Promise<KeyDecision> {
    const found = this.#meta.get(checkName);
    const former = formerSchema.parse(JSON.parse(this.#meta.get(formerName) ?? '[]'));
    // Counting, even with a limit, would read the whole index.
    const [first] = this.#index.getKeys({ limit: 1 });
    const empty = first === undefined;
    const given = this.#keys.marks;
    const decision = checkKeys({ found, former, empty, given, wallTime, keptMs });
    if (decision.kind !== 'good') return decision;
    const noted = JSON.stringify(decision.former);
    if (found === given.current && noted === JSON.stringify(former)) return decision;
    await this.#commits.write(1000, () => {
      quietly(this.#meta.put(checkName, given.current));
      quietly(this.#meta.put(formerName, noted));
    });
    return decision;
  }

  /** A name for a key or a payload that tells nothing of it: the current one, then those of former keys. */
  namesOf(use: 'key' | 'payload', text: string): readonly [current: string, ...former: string[]] {
    return this.#keys.namesOf(use, text);
  }

  /** Undefined where there is none; throws where it does not open. */
  get(name: string): PlacedEntry | undefined {
    const sealed = this.#entries.getBinary(name);
    if (sealed === undefined) return undefined;
    const text = this.#keys.unseal(name, sealed);
    if (text === undefined) throw new JournalDamage('an entry does not open');
    // Only what this program sealed opens, and the folder's format is checked before.
    const entry = JSON.parse(text) as JournalEntry;
    return { entry, place: placeOf(entry, sealed.length) };
  }

  /** Whether there is an entry, readable or not. */
  has(name: string): boolean {
    return this.#entries.getBinary(name) !== undefined;
  }

  find(id: string): PlacedEntry | undefined {
    const name = this.#ids.get(id);
    return name === undefined ? undefined : this.get(name);
  }

  findByBizId(bizId: string): PlacedEntry | undefined {
    const name = this.#ids.get(bizIdKey(bizId));
    const found = name === undefined ? undefined : this.get(name);
    return found !== undefined && bizIdOf(found.entry) === bizId ? found : undefined;
  }

  /** Writes an entry in place of the one that stands at `was`; resolves once it is on the disk. */
  async put(name: string, entry: JournalEntry, was?: EntryPlace): Promise<EntryPlace> {
    const sealed = this.#keys.seal(name, JSON.stringify(entry));
    const place = placeOf(entry, sealed.length);
    const bizId = bizIdOf(entry);
    await this.#commits.write(place.bytes, () => {
      if (was !== undefined) quietly(this.#index.remove([was.state, was.at, name]));
      quietly(this.#entries.put(name, sealed));
      if (was?.id !== entry.id) quietly(this.#ids.put(entry.id, name));
      if (bizId !== undefined) quietly(this.#ids.put(bizIdKey(bizId), name));
      const line = `${entry.id} ${String(place.bytes)}${bizId === undefined ? '' : ` ${bizId}`}`;
      quietly(this.#index.put([place.state, place.at, name], line));
    });
    return place;
  }

  /** Takes entries out; resolves once that is on the disk. */
  async remove(lines: readonly FullIndexLine[]): Promise<void> {
    await this.#commits.write(lines.length * overheadBytes, () => {
      for (const { name, state, at, id, bizId } of lines) {
        quietly(this.#entries.remove(name));
        quietly(this.#ids.remove(id));
        if (bizId !== undefined) quietly(this.#ids.remove(bizIdKey(bizId)));
        quietly(this.#index.remove([state, at, name]));
      }
    });
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

  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** No message id has a blank. */
function bizIdKey(bizId: string): string {
  return `biz ${bizId}`;
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
