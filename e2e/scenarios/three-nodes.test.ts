import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile({ etcd: { nodes: 3 } });

it('edits reach an agent while each of three etcd nodes is killed in turn', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const application = set.application(agent, 'nodes');
  const stop = application.keepSending(2);
  for (const [index, node] of set.etcd.nodes.entries()) {
    await node.kill();
    try {
      const share = String(index + 1);
      await eventually('wayctl edits with one node away', () =>
        set.mustWayctl('weights', 'set', 'default', `cn-hangzhou=${share}`, 'ap-southeast-1=9', '--yes'),
      );
      const revision = await set.revision();
      await agent.until('routes by the edit', ({ strategy }) => {
        expect(strategy?.revision).toBe(revision);
      });
    } finally {
      await node.restart();
    }
  }
  const answers = await stop();
  expect(failures(answers)).toEqual([]);
  const verdict = await set.simulator.check(answers.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

it('without a quorum sends go on, and an edit gets through once two nodes are back', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const application = set.application(agent, 'quorum');
  const [first, second] = set.etcd.nodes;
  await first?.kill();
  await second?.kill();
  try {
    const edit = await set.wayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=1', '--yes');
    expect(edit).toMatchObject({ code: 5 });
    expect(failures(await application.sendMany(20, 4))).toEqual([]);
  } finally {
    await Promise.all([first?.restart(), second?.restart()]);
  }
  await eventually('wayctl edits again', () =>
    set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=7', 'ap-southeast-1=1', '--yes'),
  );
  const revision = await set.revision();
  await agent.until('routes by the edit', ({ strategy }) => {
    expect(strategy?.revision).toBe(revision);
  });
});
