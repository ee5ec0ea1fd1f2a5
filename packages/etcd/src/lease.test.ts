import { describe, expect, it } from 'vitest';
import { EtcdStore } from './etcd-store.ts';
import { openStore, withEtcd } from './testing/for-one-test.ts';
import { waitUntil } from './testing/wait-until.ts';

describe.concurrent('a lease', { timeout: 120_000 }, () => {
  it('is kept alive beyond its time', async ({ onTestFinished }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    const grantedAt = performance.now();
    const lease = await store.lease(6000);
    await lease.put('k', 'alive');
    await waitUntil('twice its time has gone by', () => performance.now() - grantedAt > 13_000);
    expect(lease.lost.aborted).toBe(false);
    expect((await store.get('k')).entry?.value).toBe('alive');
  });

  it('that is not to be kept alive ends by itself, though whoever took it goes on', async ({
    onTestFinished,
  }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    const lease = await store.lease(6000, { keepAlive: false });
    await lease.put('k', 'for a while');
    await waitUntil('the lease counts as lost', () => lease.lost.aborted);
    await waitUntil('the key is gone', async () => (await store.get('k')).entry === undefined);
  });

  it('leaves a watch beside it alone', async ({ onTestFinished }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    const { revision } = await store.list('k');
    const lease = await store.lease(3000);
    const ending = new AbortController();
    const startedAt = performance.now();
    let signs = 0;
    // Long enough for several renewals and two pings; a watch that is closed throws.
    for await (const { events } of store.watch('k', revision + 1, { signal: ending.signal })) {
      if (events.length === 0) signs += 1;
      if (performance.now() - startedAt > 14_000) ending.abort();
    }
    expect(signs).toBeGreaterThan(1);
    expect(lease.lost.aborted).toBe(false);
  });

  it('counts as lost before its time can have run out while etcd is silent; its key is gone after', async ({
    onTestFinished,
  }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    const lease = await store.lease(4000);
    await lease.put('k', 'alive');
    const pausedAt = performance.now();
    etcd.pause();
    await waitUntil('the lease counts as lost', () => lease.lost.aborted);
    // By the last answer before the pause; a busy machine gets some seconds more.
    expect(performance.now() - pausedAt).toBeLessThan(10_000);
    await expect(lease.put('k', 'late')).rejects.toMatchObject({ code: 'STORE_LEASE_LOST' });
    etcd.resume();
    await waitUntil('the key is gone', () =>
      store.get('k').then(
        ({ entry }) => entry === undefined,
        () => false,
      ),
    );
    await lease.revoke();
    const next = await store.lease(10_000);
    await next.put('k', 'again');
    expect((await store.get('k')).entry?.value).toBe('again');
  });

  it('counts as lost when somebody revokes it', async ({ onTestFinished }) => {
    const etcd = await withEtcd({}, onTestFinished);
    const store = openStore({ endpoints: etcd.endpoints }, onTestFinished);
    // So long that its time does not run out meanwhile: only etcd's answer can tell.
    const lease = await store.lease(90_000);
    await etcd.etcdctl(['lease', 'revoke', BigInt(lease.id).toString(16)]);
    await expect(lease.put('k', 'late')).rejects.toMatchObject({ code: 'STORE_LEASE_LOST' });
    expect(lease.lost.aborted).toBe(true);
  });

  it('lasts a second at least', async () => {
    const store = new EtcdStore({ endpoints: ['http://127.0.0.1:1'] });
    await expect(store.lease(999)).rejects.toThrow('1000 ms or more');
  });
});

// By itself: it holds up everything in this process.
it(
  'is known to be over at once by a process that was busy beyond its time',
  { timeout: 120_000 },
  async () => {
    const etcd = await withEtcd();
    const store = openStore({ endpoints: etcd.endpoints });
    const lease = await store.lease(1000);
    // etcd makes two seconds of one.
    const busyUntil = performance.now() + 3000;
    while (performance.now() < busyUntil);
    expect(lease.lost.aborted).toBe(true);
    await expect(lease.put('k', 'late')).rejects.toMatchObject({ code: 'STORE_LEASE_LOST' });
  },
);
