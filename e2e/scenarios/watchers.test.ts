import { EtcdStore } from '@waystation/etcd';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();
const watchers = 200;
const prefix = '/waystation/default/default/routing/';

it('two hundred watches, each with a connection of its own, and an agent all learn of a change', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const revision = await set.revision();
  const stores = Array.from({ length: watchers }, () => new EtcdStore({ endpoints: set.etcd.endpoints }));
  const ending = new AbortController();
  const seenAt: number[] = [];
  let watching = 0;
  const follow = async (store: EtcdStore) => {
    const batches = store.watch(prefix, revision + 1, { signal: ending.signal });
    watching += 1;
    for await (const { events } of batches) {
      if (events.length === 0) continue;
      seenAt.push(performance.now());
      return;
    }
  };
  const following = Promise.all(stores.map(follow));
  await eventually('all watch', () => {
    expect(watching).toBe(watchers);
  });
  const changedAt = performance.now();
  await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=9', '--yes');
  const next = await set.revision();
  await agent.until('routes by the change', ({ strategy }) => {
    expect(strategy?.revision).toBe(next);
  });
  await following;
  expect(seenAt).toHaveLength(watchers);
  const [first, last] = [Math.min(...seenAt), Math.max(...seenAt)];
  console.log(
    `${String(watchers)} watches: first after ${(first - changedAt).toFixed(0)} ms, all after ${(last - changedAt).toFixed(0)} ms (wayctl's start among them)`,
  );
  ending.abort();
  await Promise.all(stores.map((store) => store.close()));
});
