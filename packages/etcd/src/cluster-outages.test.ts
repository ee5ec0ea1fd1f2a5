import { describe, expect, it, onTestFinished } from 'vitest';
import { Follower } from './testing/follower.ts';
import { openStore, putSurely, succeeds, withEtcd } from './testing/for-one-test.ts';
import { waitUntil } from './testing/wait-until.ts';

/** Troubles are noticed sooner than by default. */
const hurried = { signOfLifeMs: 1000, callTimeoutMs: 3000 } as const;

describe('a cluster of three', () => {
  it(
    'serves on, and tells every change, while one member after another is killed',
    { timeout: 180_000 },
    async () => {
      const etcd = await withEtcd({ nodes: 3 });
      const writer = openStore({ endpoints: etcd.endpoints, ...hurried });
      const follower = new Follower(openStore({ endpoints: etcd.endpoints, ...hurried }), 'k/');
      onTestFinished(() => follower.stop());
      follower.start();
      for (const [index, node] of etcd.nodes.entries()) {
        await node.kill();
        await putSurely(writer, `k/${String(index)}`, 'written while a member was away');
        await waitUntil('the follower was told', () => follower.held.has(`k/${String(index)}`));
        await node.restart();
      }
      expect(follower.held.size).toBe(3);
    },
  );

  it('a silent member is left for another', { timeout: 180_000 }, async () => {
    const etcd = await withEtcd({ nodes: 3 });
    const stores = etcd.nodes.map(() => openStore({ endpoints: etcd.endpoints, ...hurried }));
    await Promise.all(stores.map((store) => store.get('k')));
    etcd.nodes[0]?.pause();
    await Promise.all(
      stores.map((store) => waitUntil('another member answers', () => succeeds(store.get('k')))),
    );
  });

  it(
    'a watch at a member without its peers ends, though that member answers pings',
    { timeout: 180_000 },
    async () => {
      const etcd = await withEtcd({ nodes: 3 });
      const store = openStore({ endpoints: [etcd.endpoint], ...hurried });
      const { revision } = await store.list('k');
      let cutOff = false;
      const watching = (async () => {
        for await (const batch of store.watch('k', revision + 1)) {
          expect(batch.events).toEqual([]);
          if (!cutOff) for (const node of etcd.nodes.slice(1)) node.pause();
          cutOff = true;
        }
      })();
      await expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
      await expect(store.get('k')).rejects.toMatchObject({
        code: expect.stringMatching(/^STORE_(TIMEOUT|UNAVAILABLE)$/) as string,
      });
      for (const node of etcd.nodes.slice(1)) node.resume();
      await waitUntil('it answers again', () =>
        store.get('k').then(
          () => true,
          () => false,
        ),
      );
    },
  );
});
