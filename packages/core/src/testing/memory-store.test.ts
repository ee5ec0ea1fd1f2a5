import { expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { describeStoreContract } from './store-contract.ts';

describeStoreContract('MemoryStore', () => {
  const store = new MemoryStore({ signOfLifeMs: 50 });
  return Promise.resolve({
    store,
    open: () => new MemoryStore({ signOfLifeMs: 50 }),
    compact: (revision) => {
      store.compact(revision);
    },
    dispose: () => undefined,
  });
});

it('fails on command: calls and open watches until healed, watches alone when cut', async () => {
  const store = new MemoryStore();
  const batches = store.watch('', 2)[Symbol.asyncIterator]();
  await batches.next();
  store.failCalls('STORE_TIMEOUT');
  await expect(batches.next()).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
  await expect(store.list('')).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
  store.heal();
  const again = store.watch('', 2)[Symbol.asyncIterator]();
  await again.next();
  store.cutWatches();
  await expect(again.next()).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
  expect(store.watchCount).toBe(0);
});

it('goes back to what was saved under another identity', async () => {
  const store = new MemoryStore();
  await store.transact([], [{ type: 'put', key: 'a', value: '1' }]);
  const before = await store.list('');
  const saved = store.save();
  await store.transact([], [{ type: 'put', key: 'a', value: '2' }]);
  store.restore(saved);
  const after = await store.list('');
  expect(after.entries).toEqual(before.entries);
  expect(after.revision).toBe(before.revision);
  expect(after.clusterId).not.toBe(before.clusterId);
});

it('deletes what stood under a lease that was not kept alive', async () => {
  const store = new MemoryStore();
  const lease = await store.lease(1000);
  await lease.put('a', '1');
  store.loseLeases();
  expect(lease.lost.aborted).toBe(true);
  expect((await store.get('a')).entry).toBeUndefined();
});
