import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { failures, sampleMessage } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const run = promisify(execFile);
const scene = sceneOfFile();

it('a full disk keeps nobody from sending or from following the strategy', async (test) => {
  const set = scene();
  const dataDir = set.path('small');
  await mkdir(dataDir);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dataDir]);
  } catch {
    test.skip('only root can mount the small disk that this test fills');
  }
  try {
    await set.apply(set.strategy());
    const agent = await set.agent({ dataDir });
    await writeFile(join(dataDir, 'filler'), Buffer.alloc(4 * 1024 * 1024)).catch(() => undefined);
    await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=2', '--yes');
    const revision = await set.revision();
    await agent.until('follows, and says that its disk is full', ({ strategy, warnings }) => {
      expect(strategy?.revision).toBe(revision);
      expect(warnings.join(' ')).toMatch(/ENOSPC|space/i);
    });
    expect(failures(await set.application(agent, 'full').sendMany(10, 2))).toEqual([]);
    // One that starts on the full disk has no journal at all, and serves.
    const late = await set.agent({ dataDir: join(dataDir, 'late') });
    expect(failures(await set.application(late, 'late').sendMany(10, 2))).toEqual([]);

    const keyed = async (key: string, { url } = agent) => {
      const { statusCode, body } = await request(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ ...sampleMessage, outId: key }),
      });
      return { status: statusCode, body: (await body.json()) as Record<string, unknown> };
    };
    // The database uses the room that it has already; after that, what cannot be remembered is not sent.
    const refused = await eventually('a key that cannot be remembered is refused', async () => {
      const keys = Array.from({ length: 50 }, () => randomUUID());
      const answers = await Promise.all(keys.map((key) => keyed(key)));
      const at = answers.findIndex(({ status }) => status !== 200);
      expect(answers[at]).toMatchObject({ status: 503, body: { code: 'SEND_NO_JOURNAL' } });
      return keys[at] ?? '';
    });
    await rm(join(dataDir, 'filler'));
    await eventually('the same key goes out once there is room', async () => {
      expect((await keyed(refused)).status).toBe(200);
    });
    const toLate = randomUUID();
    await eventually('the agent that started on the full disk takes keys too', async () => {
      expect((await keyed(toLate, late)).status).toBe(200);
    });
    const sent = (await set.simulator.texts()).map(({ outId }) => outId);
    for (const key of [refused, toLate]) expect(sent.filter((outId) => outId === key)).toHaveLength(1);
    await Promise.all([agent.stop(), late.stop()]);
  } finally {
    // Lazily: where the test failed, agents are still on it.
    await run('umount', ['-l', dataDir]);
  }
});
