import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const run = promisify(execFile);
const scene = sceneOfFile();

it('a full disk keeps nobody from sending or from following the strategy', async (test) => {
  const set = scene();
  const dataDir = set.path('small');
  await mkdir(dataDir);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', dataDir]);
  } catch {
    test.skip('only root can mount the small disk that this test fills');
  }
  try {
    await set.apply(set.strategy());
    const agent = await set.agent({ dataDir });
    await writeFile(join(dataDir, 'filler'), Buffer.alloc(256 * 1024)).catch(() => undefined);
    await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=2', '--yes');
    const revision = await set.revision();
    await agent.until('follows, and says that its disk is full', ({ strategy, warnings }) => {
      expect(strategy?.revision).toBe(revision);
      expect(warnings.join(' ')).toMatch(/ENOSPC|space/i);
    });
    expect(failures(await set.application(agent, 'full').sendMany(10, 2))).toEqual([]);
    await agent.stop();
  } finally {
    await run('umount', [dataDir]);
  }
});
