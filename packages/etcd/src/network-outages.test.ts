import { describe, expect, it } from 'vitest';
import { Follower } from './testing/follower.ts';
import { openStore, putSurely, succeeds, withEtcd } from './testing/for-one-test.ts';
import type { Finished } from './testing/for-one-test.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';
import { waitUntil } from './testing/wait-until.ts';

/** A way to an etcd of its own that can lose what passes. */
async function openWay(finished: Finished): Promise<{ way: TcpProxy; endpoints: readonly string[] }> {
  const etcd = await withEtcd({}, finished);
  const way = new TcpProxy(Number(new URL(etcd.endpoint).port));
  await way.start();
  finished(() => {
    way.stop();
    return Promise.resolve();
  });
  return { way, endpoints: [`http://127.0.0.1:${String(way.port)}`] };
}

describe.concurrent('a connection', { timeout: 120_000 }, () => {
  it('on which nothing passes any more is left for a fresh one', async ({ onTestFinished }) => {
    const { way, endpoints } = await openWay(onTestFinished);
    const store = openStore({ endpoints, callTimeoutMs: 4000 }, onTestFinished);
    await store.list('k');
    way.freeze();
    await expect(store.list('k')).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
    expect((await store.list('k')).entries).toEqual([]);
    expect(way.connections).toBe(2);
  });

  it('on which nothing passes any more ends its watches', async ({ onTestFinished }) => {
    const { way, endpoints } = await openWay(onTestFinished);
    const store = openStore({ endpoints }, onTestFinished);
    const { revision } = await store.list('k');
    const watching = (async () => {
      for await (const { events } of store.watch('k', revision + 1)) {
        expect(events).toEqual([]);
        way.freeze();
      }
    })();
    await expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
    await waitUntil('it is reached again', () => succeeds(store.list('k')));
  });

  it('without calls is silent, since etcd drops those that ping without need', async ({ onTestFinished }) => {
    const { way, endpoints } = await openWay(onTestFinished);
    const store = openStore({ endpoints }, onTestFinished);
    await store.list('k');
    let [sent, since] = [-1, 0];
    // gRPC measures a connection for a moment after an answer.
    await waitUntil('the connection is quiet', () => {
      if (way.bytesSent !== sent) [sent, since] = [way.bytesSent, performance.now()];
      return performance.now() - since > 500;
    });
    const quietAt = performance.now();
    await waitUntil('a ping would have come', () => performance.now() - quietAt > 8000);
    expect(way.bytesSent).toBe(sent);
  });

  it('to a member that is cut off from its peers is left for another', async ({ onTestFinished }) => {
    const etcd = await withEtcd({ nodes: 3, partitionable: true }, onTestFinished);
    const hurried = { signOfLifeMs: 1000, callTimeoutMs: 3000 } as const;
    const [victim] = etcd.nodes;
    if (victim === undefined) throw new Error('no member');
    const others = etcd.endpoints.filter((endpoint) => endpoint !== victim.endpoint);
    const writer = openStore({ endpoints: others }, onTestFinished);
    const alone = openStore({ endpoints: [victim.endpoint], ...hurried }, onTestFinished);
    // Each begins at one of two by chance: some will have begun at the victim.
    const followers = Array.from({ length: 8 }, () => {
      const endpoints = [victim.endpoint, ...others.slice(1)];
      const follower = new Follower(openStore({ endpoints, ...hurried }, onTestFinished), 'k');
      onTestFinished(() => follower.stop());
      follower.start();
      return follower;
    });
    const { revision } = await alone.list('k');
    const watching = (async () => {
      for await (const { events } of alone.watch('k', revision + 1)) expect(events).toEqual([]);
    })();
    const lost = expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
    await waitUntil('all listen', () => followers.every(({ lists }) => lists > 0));
    await victim.cutOff();
    await putSurely(writer, 'k', victim.endpoint);
    await lost;
    await waitUntil('all are told', () => followers.every(({ held }) => held.get('k') === victim.endpoint));
    expect(await succeeds(alone.get('k'))).toBe(false);
    victim.rejoin();
    await waitUntil('it has caught up', () =>
      alone.get('k').then(
        ({ entry }) => entry?.value === victim.endpoint,
        () => false,
      ),
    );
  });
});
