import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore, succeeds, withEtcd } from './testing/for-one-test.ts';
import { waitUntil } from './testing/wait-until.ts';

it('a restore from an older snapshot ends watches, and shows in a list', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-restore-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  const etcd = await withEtcd();
  const store = openStore({ endpoints: etcd.endpoints });
  await store.transact([], [{ type: 'put', key: 'k', value: 'saved' }]);
  await etcd.snapshotSave(join(folder, 'snapshot'));
  for (let n = 0; n < 20; n += 1) await store.transact([], [{ type: 'put', key: 'k', value: 'lost' }]);
  const before = await store.list('k');
  const watching = (async () => {
    for await (const { events } of store.watch('k', before.revision + 1)) expect(events).toEqual([]);
  })();
  const lost = expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
  await etcd.restoreFrom(join(folder, 'snapshot'));
  await lost;
  await waitUntil('it is reached again', () => succeeds(store.list('k')));
  const after = await store.list('k');
  expect(after.entries).toMatchObject([{ value: 'saved' }]);
  expect(after.revision).toBeLessThan(before.revision);
  expect(after.clusterId).not.toBe(before.clusterId);
});
