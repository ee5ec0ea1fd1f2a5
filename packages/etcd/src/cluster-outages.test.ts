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
});
