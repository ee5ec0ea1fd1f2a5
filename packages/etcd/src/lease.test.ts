import { expect, it } from 'vitest';
import { openStore, succeeds, withEtcd } from './testing/for-one-test.ts';
import { waitUntil } from './testing/wait-until.ts';

it('keeps a lease alive beyond its time', { timeout: 120_000 }, async () => {
  const etcd = await withEtcd();
  const store = openStore({ endpoints: etcd.endpoints });
  const grantedAt = performance.now();
  const lease = await store.lease(4000);
  await lease.put('k', 'alive');
  await waitUntil('twice its time has gone by', () => performance.now() - grantedAt > 9000);
  expect(lease.lost.aborted).toBe(false);
  expect((await store.get('k')).entry?.value).toBe('alive');
});

it('keeps a lease through a restart of etcd', { timeout: 120_000 }, async () => {
  const etcd = await withEtcd();
  const store = openStore({ endpoints: etcd.endpoints });
  const lease = await store.lease(30_000);
  await lease.put('k', 'alive');
  await etcd.restart();
  await waitUntil('etcd answers', () => succeeds(store.get('k')));
  await waitUntil('the lease is renewed', async () => {
    const told = await etcd.etcdctl(['lease', 'timetolive', BigInt(lease.id).toString(16)]);
    return Number(/remaining\((\d+)s\)/u.exec(told)?.[1]) > 25;
  });
  expect(lease.lost.aborted).toBe(false);
});

it(
  'counts as lost before its time can have run out while etcd is silent; the key is gone after',
  {
    timeout: 120_000,
  },
  async () => {
    const etcd = await withEtcd();
    const store = openStore({ endpoints: etcd.endpoints });
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
    const next = await store.lease(4000);
    await next.put('k', 'again');
    expect((await store.get('k')).entry?.value).toBe('again');
  },
);

it('counts as lost when somebody revokes it', { timeout: 120_000 }, async () => {
  const etcd = await withEtcd();
  const store = openStore({ endpoints: etcd.endpoints });
  const lease = await store.lease(4000);
  await etcd.etcdctl(['lease', 'revoke', BigInt(lease.id).toString(16)]);
  await waitUntil('the lease counts as lost', () => lease.lost.aborted);
});

it('refuses a time under a second', async () => {
  await expect(openStore({ endpoints: ['http://127.0.0.1:1'] }).lease(999)).rejects.toThrow(
    '1000 ms or more',
  );
});
