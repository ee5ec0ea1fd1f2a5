import { describe, expect, it } from 'vitest';
import { Follower } from './testing/follower.ts';
import { openStore, putSurely, withEtcd } from './testing/for-one-test.ts';
import { waitUntil } from './testing/wait-until.ts';

describe.concurrent('outages of etcd:', { timeout: 120_000 }, () => {
  it('killed and restarted under writes, a reader that begins anew at every loss ends with all of them', async ({
    onTestFinished,
  }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const writer = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    const follower = new Follower(openStore({ endpoints: etcd.endpoints }, onTestFinished), 'k/');
    onTestFinished(() => follower.stop());
    follower.start();
    await waitUntil('the follower listens', () => follower.lists > 0);
    const written = new Map<string, string>();
    for (let round = 0; round < 3; round += 1) {
      const writing = (async () => {
        for (let n = 0; n < 40; n += 1) {
          const key = `k/${String(n)}`;
          await putSurely(writer, key, `${String(round)}-${String(n)}`);
          written.set(key, `${String(round)}-${String(n)}`);
        }
      })();
      await etcd.restart();
      await writing;
    }
    await waitUntil('the follower holds all', () =>
      [...written].every(([key, value]) => follower.held.get(key) === value),
    );
    expect(follower.held.size).toBe(40);
    expect(follower.troubles).toContain('STORE_WATCH_LOST');
  });

  it('silent with open connections, watches end as lost, calls end in time, and all goes on when it wakes', async ({
    onTestFinished,
  }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    await store.transact([], [{ type: 'put', key: 'k', value: '1' }]);
    const { revision } = await store.list('k');
    let pausedAt = 0;
    const watching = (async () => {
      for await (const batch of store.watch('k', revision + 1)) {
        expect(batch.events).toEqual([]);
        if (pausedAt === 0) {
          pausedAt = performance.now();
          etcd.pause();
        }
      }
    })();
    await expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
    // Promised within 15 s; a busy machine gets twice that.
    expect(performance.now() - pausedAt).toBeLessThan(30_000);
    const calledAt = performance.now();
    await expect(store.get('k')).rejects.toMatchObject({
      code: expect.stringMatching(/^STORE_(TIMEOUT|UNAVAILABLE)$/) as string,
    });
    expect(performance.now() - calledAt).toBeLessThan(20_000);
    etcd.resume();
    await waitUntil('etcd answers', () =>
      store.get('k').then(
        ({ entry }) => entry?.value === '1',
        () => false,
      ),
    );
  });
});
