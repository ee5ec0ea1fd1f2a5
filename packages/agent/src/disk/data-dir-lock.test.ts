import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirLock } from './data-dir-lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-lock-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

/** Leaves a lock as a killed process does: the socket's file, and nobody listening. */
async function leaveStaleLock(name: string): Promise<void> {
  await mkdir(join(dir, 'lock'), { recursive: true });
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script, join(dir, 'lock', name)], { stdio: 'ignore' });
  await once(child, 'exit');
}

describe('DataDirLock', () => {
  it('refuses the second and names the holder', async () => {
    const first = await DataDirLock.acquire(dir);
    await expect(DataDirLock.acquire(dir)).rejects.toMatchObject({
      code: 'DATA_DIR_LOCKED',
      message: expect.stringContaining(`pid ${String(process.pid)}`) as string,
    });
    await first.release();
    const second = await DataDirLock.acquire(dir);
    await second.release();
    expect(await readdir(join(dir, 'lock'))).toEqual([]);
  });

  it('takes over a lock whose process was killed', async () => {
    await leaveStaleLock('000000000000');
    expect(await readdir(join(dir, 'lock'))).toEqual(['000000000000']);
    const lock = await DataDirLock.acquire(dir);
    expect(await readdir(join(dir, 'lock'))).not.toContain('000000000000');
    await lock.release();
  });

  it('takes a holder that accepts nobody for alive, however many have knocked', async () => {
    const path = join(dir, 'lock', '000000000000');
    await mkdir(join(dir, 'lock'));
    // Paused, as by SIGSTOP: it listens, and its queue of callers is full.
    const script = `require('net').createServer().listen({ path: process.argv[1], backlog: 1 }, () => {
      require('fs').writeSync(1, 'listening');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    })`;
    const holder = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'ignore'] });
    const callers: Socket[] = [];
    try {
      await once(holder.stdout, 'data');
      for (let knocked: unknown; knocked === undefined && callers.length < 100;) {
        const caller = connect(path);
        callers.push(caller);
        knocked = await once(caller, 'connect').then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      await expect(DataDirLock.acquire(dir)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
      expect(await readdir(join(dir, 'lock'))).toEqual(['000000000000']);
    } finally {
      for (const caller of callers) caller.destroy();
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
  });

  it('lets exactly one of many win who find the same stale lock at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      await leaveStaleLock(`stale${String(round)}`);
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => DataDirLock.acquire(dir)));
      const won = results.filter((result) => result.status === 'fulfilled');
      const lost = results.filter((result) => result.status === 'rejected');
      expect(won).toHaveLength(1);
      for (const { reason } of lost) expect(reason).toMatchObject({ code: 'DATA_DIR_LOCKED' });
      for (const { value } of won) await value.release();
    }
  });

  it('sweeps what was left by those who were killed while they announced themselves, and nothing else', async () => {
    const path = (name: string): string => join(dir, 'lock', name);
    const age = (name: string): Promise<void> => utimes(path(name), 0, 0);
    await leaveStaleLock('dead.new');
    await leaveStaleLock('young.new');
    const alive = createServer();
    alive.listen(path('alive.new'));
    await once(alive, 'listening');
    await age('dead.new');
    await age('alive.new');
    const lock = await DataDirLock.acquire(dir);
    const left = await readdir(join(dir, 'lock'));
    await lock.release();
    alive.close();
    expect(left.filter((name) => name.endsWith('.new')).sort()).toEqual(['alive.new', 'young.new']);
  });

  it('explains a directory that cannot be used', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(DataDirLock.acquire(join(dir, 'file'))).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining('(ENOTDIR)') as string,
    });
  });

  it('explains a path that no unix socket can have', async () => {
    await expect(DataDirLock.acquire(join(dir, 'x'.repeat(100)))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /^--data-dir \/.* has \d+ bytes, \d+ are allowed: a unix socket/,
      ) as string,
    });
  });
});
