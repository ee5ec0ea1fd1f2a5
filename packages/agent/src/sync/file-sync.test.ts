import { mkdir, mkdtemp, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSync } from './file-sync.ts';
import type { FileSyncOptions } from './file-sync.ts';

const patience = { timeout: 20_000, interval: 20 };

let dir: string;
let path: string;
let sync: FileSync | undefined;
let taken: [number, unknown][];
let refused: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-file-'));
  path = join(dir, 'strategy.json');
  taken = [];
  refused = [];
});
afterEach(async () => {
  await sync?.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

async function follow(options: Partial<FileSyncOptions> = {}): Promise<FileSync> {
  sync = new FileSync(
    {
      taker: {
        offer: ({ text, revision }) => void taken.push([revision, JSON.parse(text)]),
        refuse: (_source, revision, reason) =>
          void refused.push(`${String(revision)} ${reason}`.slice(0, 2 + path.length)),
      },
      clock: { now: () => performance.now(), wallTime: () => Date.now() },
      log: pino({ enabled: false }),
      onChange: () => undefined,
    },
    { path, settleMs: 50, pollMs: 200, ...options },
  );
  await sync.start();
  return sync;
}

async function replace(content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

describe('FileSync', () => {
  it('reads the file before it has started, and then every atomic replacement', async () => {
    await writeFile(path, '1');
    await follow();
    expect(taken).toEqual([[1, 1]]);
    for (const [revision, content] of [
      [2, 'two'],
      [3, 'three'],
    ] as const) {
      await replace(JSON.stringify(content));
      await expect.poll(() => taken.at(-1), patience).toEqual([revision, content]);
    }
    expect(refused).toEqual([]);
  });

  it('follows an editor that moves the file away and writes it anew', async () => {
    await writeFile(path, '1');
    await follow();
    await rename(path, `${path}~`);
    await writeFile(path, '2');
    await expect
      .poll(() => taken, patience)
      .toEqual([
        [1, 1],
        [2, 2],
      ]);
  });

  it('follows a link above the file, as config maps are replaced', async () => {
    await mkdir(join(dir, 'a'));
    await mkdir(join(dir, 'b'));
    await writeFile(join(dir, 'a', 'strategy.json'), '1');
    await writeFile(join(dir, 'b', 'strategy.json'), '2');
    await symlink('a', join(dir, 'data'));
    await symlink(join('data', 'strategy.json'), path);
    await follow();
    await symlink('b', join(dir, 'data.new'));
    await rename(join(dir, 'data.new'), join(dir, 'data'));
    await expect
      .poll(() => taken, patience)
      .toEqual([
        [1, 1],
        [2, 2],
      ]);
  });

  it('never takes half of a file that is still being written', async () => {
    await writeFile(path, '[]');
    await follow({ settleMs: 1500 });
    const file = await open(path, 'w');
    const whole = JSON.stringify(['the first half', 'the second half']);
    await file.write(whole.slice(0, 10));
    await file.sync();
    await file.write(whole.slice(10));
    await file.close();
    await expect.poll(() => taken.at(-1), patience).toEqual([2, JSON.parse(whole)]);
    expect([taken.length, refused]).toEqual([2, []]);
  });

  it('refuses what cannot be read once it stands still, and takes what mends it', async () => {
    await writeFile(path, '1');
    await follow();
    await replace('{');
    await expect.poll(() => refused, patience).toEqual([`2 ${path}`]);
    await replace('3');
    await expect.poll(() => taken.at(-1), patience).toEqual([3, 3]);
  });

  it('is stale while the file is away, and fresh again when the same one comes back', async () => {
    await writeFile(path, '1');
    const { state } = await follow();
    expect(state).toEqual({});
    await unlink(path);
    await expect.poll(() => sync?.state.trouble, patience).toBe(`${path} cannot be read (ENOENT)`);
    expect(sync?.state.staleSince).toBeTypeOf('number');
    await replace('1');
    await expect.poll(() => sync?.state, patience).toEqual({});
    expect(taken).toEqual([[1, 1]]);
  });

  it('waits for a file, even for its folder, that is not there yet', async () => {
    path = join(dir, 'later', 'strategy.json');
    await follow();
    expect(sync?.state.trouble).toContain('ENOENT');
    await mkdir(join(dir, 'later'));
    await replace('1');
    await expect.poll(() => taken, patience).toEqual([[1, 1]]);
  });
});
