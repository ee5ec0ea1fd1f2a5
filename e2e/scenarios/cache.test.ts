import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

it('an agent starts from its cache while etcd is down, and catches up once it is back', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const dataDir = set.path('data');
  const first = await set.agent({ dataDir });
  const { strategy } = await first.status();
  expect((await first.process.stop()).code).toBe(0);

  await set.etcd.kill();
  const second = await set.agent({ dataDir });
  const status = await second.status();
  expect(status.strategy).toMatchObject({ digest: strategy?.digest, source: 'cache' });
  expect(failures(await set.application(second, 'cached').sendMany(20, 4))).toEqual([]);

  await set.etcd.restart();
  await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=2', '--yes');
  await second.until('catches up', (now) => {
    expect(now.strategy?.source).toBe('etcd');
    expect(now.strategy?.digest).not.toBe(strategy?.digest);
    expect(now.stale).toBeUndefined();
  });
});

it('a corrupted cache is set aside and said, and the strategy comes from etcd', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const dataDir = set.path('data');
  const first = await set.agent({ dataDir });
  await first.stop();
  await writeFile(join(dataDir, 'strategy-cache'), 'half a strate');
  const second = await set.agent({ dataDir });
  await second.until('routes by what etcd holds', ({ strategy, warnings }) => {
    expect(strategy?.source).toBe('etcd');
    expect(warnings.join(' ')).toContain('strategy-cache');
  });
  expect(await readdir(dataDir)).toContain('strategy-cache.damaged');
});

it('a second agent on the same data directory is refused, and the first serves on', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const dataDir = set.path('data');
  const first = await set.agent({ dataDir });
  const second = await set.agent({ dataDir }, false);
  const { code } = await second.process.exited;
  expect(code).not.toBe(0);
  expect(second.process.lastLines()).toContain(dataDir);
  expect(failures(await set.application(first, 'locked').sendMany(5, 1))).toEqual([]);
});

it('an agent that was killed starts again on its data directory', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const dataDir = set.path('data');
  const first = await set.agent({ dataDir });
  first.process.signal('SIGKILL');
  await first.process.exited;
  const second = await set.agent({ dataDir });
  expect(failures(await set.application(second, 'killed').sendMany(5, 1))).toEqual([]);
});
