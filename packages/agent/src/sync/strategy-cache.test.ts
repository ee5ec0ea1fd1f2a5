import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeCached } from './cached-strategy.ts';
import type { OfferedStrategy } from './offered-strategy.ts';
import { StrategyCache } from './strategy-cache.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-cache-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const offered: OfferedStrategy = {
  source: 'etcd',
  text: '{"一":1}',
  revision: 42,
  overrides: new Map([['cn-hangzhou', { kind: 'drain', reason: 'works' }]]),
};

const log = pino({ enabled: false });
const clock = performance;

function cacheOf(origin = '/waystation/prod/default'): StrategyCache {
  return new StrategyCache({ log, clock }, { dataDir, origin });
}

describe('StrategyCache', () => {
  it('gives back what was saved last, drains included, and leaves no other file', async () => {
    const cache = cacheOf();
    expect(await cache.load()).toEqual({ kind: 'none' });
    for (let revision = 1; revision <= 42; revision += 1) cache.save({ ...offered, revision });
    await cache.flush();
    expect(await cacheOf().load()).toEqual({ kind: 'found', offered: { ...offered, source: 'cache' } });
    expect(await readdir(dataDir)).toEqual(['strategy-cache']);
    expect((await stat(join(dataDir, 'strategy-cache'))).mode & 0o777).toBe(0o600);
  });

  it('sets a damaged file aside, whichever byte is wrong', async () => {
    const cache = cacheOf();
    cache.save(offered);
    await cache.flush();
    const path = join(dataDir, 'strategy-cache');
    const good = await readFile(path);
    const damaged = [
      Buffer.alloc(0),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, Buffer.from('x')]),
      ...[3, 40, 100, good.length - 4].map((at) => {
        const copy = Buffer.from(good);
        copy.writeUInt8((copy[at] ?? 0) ^ 1, at);
        return copy;
      }),
    ];
    for (const content of damaged) {
      await writeFile(path, content);
      expect(await cacheOf().load()).toEqual({
        kind: 'unusable',
        reason: `the strategy cache is damaged and was set aside as ${path}.damaged`,
      });
      expect(await readdir(dataDir)).toEqual(['strategy-cache.damaged']);
    }
  });

  it('never serves the strategy of another fleet', async () => {
    const cache = cacheOf('/waystation/staging/default');
    cache.save(offered);
    await cache.flush();
    expect(await cacheOf().load()).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('staging') as string,
    });
  });

  it('warns of a write that fails, and recovers with the next', async () => {
    const cache = cacheOf();
    cache.save(offered);
    await cache.flush();
    await rm(dataDir, { recursive: true });
    await writeFile(dataDir, 'a file where the folder was');
    cache.save({ ...offered, revision: 43 });
    await cache.flush();
    expect(cache.trouble).toContain('could not be written (ENOTDIR)');
    await rm(dataDir);
    await mkdir(dataDir);
    cache.save({ ...offered, revision: 44 });
    await cache.flush();
    expect(cache.trouble).toBeUndefined();
    expect(await cache.load()).toMatchObject({ kind: 'found', offered: { revision: 44 } });
  });

  it('gives back a long text, whatever characters it is cut between', async () => {
    for (const shift of ['', 'x']) {
      const long = { ...offered, text: shift + '😀'.repeat(40_000) + '"\\\n\u0001'.repeat(9000) };
      const cache = cacheOf();
      cache.save(long);
      await cache.flush();
      expect(await cache.load()).toEqual({ kind: 'found', offered: { ...long, source: 'cache' } });
      expect(await readFile(join(dataDir, 'strategy-cache'), 'utf8')).toContain(JSON.stringify(long.text));
    }
  });
});

describe('the pace of the cache', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A cache whose writes are only noted, and the revision of its next one. */
  function noted() {
    const written: (number | undefined)[] = [];
    let tell = (): void => undefined;
    const replace = (_: string, content: Buffer): Promise<void> => {
      written.push(decodeCached(content.toString())?.revision);
      tell();
      return Promise.resolve();
    };
    const next = () => new Promise<void>((resolve) => (tell = resolve));
    const cache = new StrategyCache({ log, clock, replace }, { dataDir, origin: 'o' });
    return { cache, written, next };
  }

  it('writes the first at once, and of those that come soon after it the newest a second later', async () => {
    const { cache, written, next } = noted();
    const first = next();
    cache.save({ ...offered, revision: 1 });
    await first;
    await nextTurn();
    for (let revision = 2; revision <= 5; revision += 1) {
      cache.save({ ...offered, revision });
      vi.advanceTimersByTime(200);
      await nextTurn();
      await nextTurn();
    }
    expect(written).toEqual([1]);
    const second = next();
    vi.advanceTimersByTime(200);
    await second;
    expect(written).toEqual([1, 5]);
  });

  it('keeps nobody waiting who needs it on disk', async () => {
    const { cache, written } = noted();
    for (let revision = 1; revision <= 3; revision += 1) {
      cache.save({ ...offered, revision });
      await cache.flush();
    }
    expect(written).toEqual([1, 2, 3]);
  });

  it('writes what was saved during a write before it says that all is written', async () => {
    const { cache, written, next } = noted();
    const first = next();
    cache.save({ ...offered, revision: 1 });
    await first;
    cache.save({ ...offered, revision: 2 });
    await cache.flush();
    expect(written).toEqual([1, 2]);
  });
});
