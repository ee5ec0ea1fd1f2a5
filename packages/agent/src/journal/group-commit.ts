import { pause } from '../pause.ts';
import type { FileReserve } from './file-reserve.ts';
import { inTime } from './in-time.ts';

/** What is needed of lmdb's database. */
interface GroupedDatabase {
  /** What the action puts is one transaction; resolves once that is committed. */
  batch(action: () => void): Promise<unknown>;
  /** Resolves once everything that was committed until it is asked is on the disk. */
  readonly flushed: PromiseLike<unknown>;
}

/** What writes go to. */
export interface GroupCommitParts {
  readonly root: GroupedDatabase;
  readonly reserve: Pick<FileReserve, 'take'>;
}

/** A write that waits for its group. */
interface Waiting {
  readonly bytes: number;
  readonly entries: number;
  readonly action: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Writes of one group at most: each has its share of the space that is taken beforehand. */
const mostWrites = 256;
/** How long lmdb may take to say why. */
const reasonMs = 1000;

/**
 * Puts writes on the disk in groups: what comes while one is on its way is the next one. A group is one transaction
 * and one flush, in the order of its writes, whole or not at all.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  readonly #waiting: Waiting[] = [];
  #running = false;
  #broken: Error | undefined;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Resolves once what `action` puts, `bytes` of so many entries, is on the disk, and not only committed. */
  write(bytes: number, entries: number, action: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, entries, action, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      // Others of this turn of the event loop come along.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, mostWrites);
      try {
        await this.#commit(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        const reason = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of group) reject(reason);
      }
    }
    this.#running = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const { root, reserve } = this.#parts;
    const sum = (of: (write: Waiting) => number): number => group.reduce((all, one) => all + of(one), 0);
    await reserve.take(
      sum(({ bytes }) => bytes),
      sum(({ entries }) => entries),
    );
    try {
      const committed = root.batch(() => {
        for (const { action } of group) action();
      });
      await inTime(committed.then(() => root.flushed));
    } catch (error) {
      // After a write that failed, LMDB's memory is not to be trusted: nothing more is written until a new start.
      this.#broken = await reasonOf(error);
      throw this.#broken;
    }
  }
}

/** lmdb tells why a commit failed by a second promise, which nobody else would hear. */
async function reasonOf(error: unknown): Promise<Error> {
  if (error instanceof Error && 'commitError' in error) {
    const told = Promise.resolve(error.commitError).catch((reason: unknown) => reason);
    const cause = await Promise.race([told, pause(reasonMs, [])]);
    if (cause instanceof Error) return cause;
  }
  return error instanceof Error ? error : new Error(String(error));
}
