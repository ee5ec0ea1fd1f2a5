import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';
import type { GroupCommitParts } from './group-commit.ts';

/** A database that notes what is committed together, and is flushed when it is told to. */
class NotingRoot {
  readonly groups: string[][] = [];
  readonly taken: (readonly [bytes: number, writes: number])[] = [];
  #flush: (() => void) | undefined;
  failure: Error | undefined;
  full: Error | undefined;
  #group: string[] = [];

  readonly parts: GroupCommitParts = {
    root: {
      batch: (action: () => void) => {
        if (this.failure !== undefined) return Promise.reject(this.failure);
        this.#group = [];
        action();
        this.groups.push(this.#group);
        return Promise.resolve(true);
      },
      flushed: {
        then: (onFulfilled, onRejected) =>
          new Promise<void>((flushed) => (this.#flush = flushed)).then(onFulfilled, onRejected),
      },
    },
    reserve: {
      take: (bytes: number, writes: number) => {
        this.taken.push([bytes, writes]);
        return this.full === undefined ? Promise.resolve() : Promise.reject(this.full);
      },
    },
  };

  note(word: string): () => void {
    return () => this.#group.push(word);
  }

  /** Ends the flush that is waited for, once it is. */
  async flush(): Promise<void> {
    await expect.poll(() => this.#flush, { timeout: 15_000 }).toBeDefined();
    this.#flush?.();
    this.#flush = undefined;
  }
}

/** Writes each word; gives the words in the order in which they were told to be on the disk. */
function writing(root: NotingRoot, words: readonly string[], commits = new GroupCommit(root.parts)) {
  const written: string[] = [];
  const all = words.map(async (word) => {
    await commits.write(100, 1, root.note(word));
    written.push(word);
  });
  return { commits, written, all: Promise.allSettled(all) };
}

describe('writes', () => {
  it('of one turn are one group, and nobody is told before it is flushed', async () => {
    const root = new NotingRoot();
    const { written, all } = writing(root, ['a', 'b', 'c']);
    await expect.poll(() => root.groups, { timeout: 15_000 }).toEqual([['a', 'b', 'c']]);
    expect(written).toEqual([]);
    await root.flush();
    await all;
    expect(written).toEqual(['a', 'b', 'c']);
  });

  it('that come while a group is on its way are the next one, in their order', async () => {
    const root = new NotingRoot();
    const first = writing(root, ['a']);
    await expect.poll(() => root.groups.length, { timeout: 15_000 }).toBe(1);
    const second = writing(root, ['b', 'c'], first.commits);
    await root.flush();
    await first.all;
    expect(second.written).toEqual([]);
    await root.flush();
    await second.all;
    expect([root.groups, second.written]).toEqual([
      [['a'], ['b', 'c']],
      ['b', 'c'],
    ]);
  });

  it('are told apart into groups that have their space', async () => {
    const root = new NotingRoot();
    const words = Array.from({ length: 300 }, (_, at) => String(at));
    const { all, written } = writing(root, words);
    await root.flush();
    await root.flush();
    await all;
    expect(root.groups.map(({ length }) => length)).toEqual([256, 44]);
    expect(written).toEqual(words);
    expect(root.taken).toEqual([
      [25_600, 256],
      [4400, 44],
    ]);
  });

  it('that find no space fail alone: those after them are tried', async () => {
    const root = new NotingRoot();
    root.full = new Error('ENOSPC');
    const first = writing(root, ['a']);
    expect(await first.all).toMatchObject([{ status: 'rejected', reason: { message: 'ENOSPC' } }]);
    root.full = undefined;
    const second = writing(root, ['b'], first.commits);
    await root.flush();
    expect([await second.all, root.groups]).toMatchObject([[{ status: 'fulfilled' }], [['b']]]);
  });

  it('all fail after a commit that did', async () => {
    const root = new NotingRoot();
    root.failure = new Error('MDB_PANIC');
    const first = writing(root, ['a', 'b']);
    expect(await first.all).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    root.failure = undefined;
    const second = writing(root, ['c'], first.commits);
    expect(await second.all).toMatchObject([{ status: 'rejected', reason: { message: 'MDB_PANIC' } }]);
    expect(root.groups).toEqual([]);
  });
});
