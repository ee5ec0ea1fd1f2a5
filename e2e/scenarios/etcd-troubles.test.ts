import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Scene } from '../harness/scene.ts';

const scene = sceneOfFile();

/** Sets weights by wayctl and waits until the agent routes by that edit. */
async function moveWeights(set: Scene, agent: AgentProcess, share: number): Promise<void> {
  const edit = ['weights', 'set', 'default', `cn-hangzhou=${String(share)}`, 'ap-southeast-1=50', '--yes'];
  await eventually('wayctl edits', () => set.mustWayctl(...edit));
  const revision = await set.revision();
  await agent.until(`routes by revision ${String(revision)}`, ({ strategy }) => {
    expect(strategy?.revision).toBe(revision);
  });
}

it('an agent follows the strategy through an etcd that is killed, paused, compacted and restored', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const application = set.application(agent, 'troubles');
  const stop = application.keepSending(2);

  await set.etcd.kill();
  await application.sendMany(20, 4);
  await agent.until('says that it is stale', ({ stale, ready }) => {
    expect(stale).toBeDefined();
    expect(ready).toBe(true);
  });
  await set.etcd.restart();
  await moveWeights(set, agent, 1);

  const snapshot = set.path('etcd.snapshot');
  await set.etcd.snapshotSave(snapshot);

  set.etcd.pause();
  await agent.until('notices a silent etcd', ({ stale }) => {
    expect(stale).toBeDefined();
  });
  set.etcd.resume();
  await moveWeights(set, agent, 2);

  set.etcd.pause();
  await agent.until('is stale again', ({ stale }) => {
    expect(stale).toBeDefined();
  });
  set.etcd.resume();
  await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=3', 'ap-southeast-1=50', '--yes');
  const revision = await set.revision();
  await set.etcd.compact(revision);
  await moveWeights(set, agent, 4);

  await set.etcd.restoreFrom(snapshot);
  await agent.until('takes what the restored store holds', ({ strategy, stale }) => {
    expect(stale).toBeUndefined();
    expect(strategy?.revision).toBeLessThan(revision);
  });
  await moveWeights(set, agent, 5);
  await eventually('the report is back after the restore', async () => {
    expect(await set.mustWayctl('agents')).toContain('current');
  });

  const answers = await stop();
  expect(failures(answers)).toEqual([]);
  const verdict = await set.simulator.check(answers.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

it('a deleted strategy key stops nothing', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  await set.etcd.etcdctl(['del', '/waystation/default/default/routing/strategy']);
  await agent.until('says that the key is gone', () => {
    expect(agent.process.lines.join('\n')).toContain('the last good one');
  });
  const application = set.application(agent, 'deleted');
  expect(failures(await application.sendMany(20, 4))).toEqual([]);
});
