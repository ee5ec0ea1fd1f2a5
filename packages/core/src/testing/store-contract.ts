import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigStore, StoreEntry, StoreEvent, WatchBatch } from '../store.ts';

/** A store under contract, and what the contract cannot do through it. */
export interface ContractStore {
  readonly store: ConfigStore;
  /** Another store on the same keys; the contract closes it. */
  readonly open: () => ConfigStore;
  /** Forgets the history before `revision`. */
  readonly compact: (revision: number) => void | Promise<void>;
  /** Gives up what the store stands on; the store itself is closed already. */
  readonly dispose: () => void | Promise<void>;
}

/** What every ConfigStore must do, as one suite; each test keeps to keys of its own. */
export function describeStoreContract(name: string, makeStore: () => Promise<ContractStore>): void {
  describe(`${name} keeps the contract of a ConfigStore:`, () => {
    let made: ContractStore;
    let store: ConfigStore;

    beforeAll(async () => {
      made = await makeStore();
      store = made.store;
    });
    afterAll(async () => {
      await made.store.close();
      await made.dispose();
    });

    async function put(key: string, value: string): Promise<number> {
      const { revision } = await store.transact([], [{ type: 'put', key, value }]);
      return revision;
    }

    it('lists what is below a prefix, in order, with revisions and the identity of the cluster', async () => {
      await put('list/b', 'old');
      const first = await put('list/a', '一');
      const second = await put('list/b', 'new');
      await put('listing', 'not below the prefix');
      const { entries, revision, clusterId } = await store.list('list/');
      expect(entries.map(({ key, value }) => [key, value])).toEqual([
        ['list/a', '一'],
        ['list/b', 'new'],
      ]);
      expect(entries[0]).toMatchObject({ modRevision: first, createRevision: first });
      expect(entries[1]).toMatchObject({ modRevision: second, createRevision: first - 1 });
      expect(revision).toBeGreaterThan(second);
      expect(clusterId).not.toBe('');
      const got = await store.get('list/a');
      expect(got).toMatchObject({ revision, clusterId, entry: entries[0] });
      expect(await store.get('list/')).toEqual({ revision, clusterId });
      expect((await store.list('nothing/')).entries).toEqual([]);
    });

    it('writes all of a transaction at one revision, or nothing and says what stands there', async () => {
      const absent = { key: 'txn/a', modRevision: 0 };
      const both = (value: string) =>
        [
          { type: 'put', key: 'txn/a', value },
          { type: 'put', key: 'txn/b', value },
        ] as const;
      const made = await store.transact([absent], both('1'));
      expect(made).toEqual({ committed: true, revision: made.revision });
      const refused = await store.transact([absent, { key: 'txn/none', modRevision: 0 }], both('2'));
      const a: StoreEntry = {
        key: 'txn/a',
        value: '1',
        modRevision: made.revision,
        createRevision: made.revision,
      };
      expect(refused).toEqual({ committed: false, revision: made.revision, current: [a] });
      expect((await store.list('txn/')).entries).toEqual([a, { ...a, key: 'txn/b' }]);
      const replaced = await store.transact(
        [{ key: 'txn/a', modRevision: made.revision }],
        [
          { type: 'put', key: 'txn/a', value: '3' },
          { type: 'delete', key: 'txn/b' },
        ],
      );
      expect(replaced).toEqual({ committed: true, revision: made.revision + 1 });
      expect((await store.list('txn/')).entries).toEqual([
        { ...a, value: '3', modRevision: replaced.revision },
      ]);
      const nothing = await store.transact([], [{ type: 'delete', key: 'txn/b' }]);
      expect(nothing).toEqual({ committed: true, revision: replaced.revision });
    });

    it('gives a key that was deleted and made again a new create revision', async () => {
      const first = await put('again', '1');
      await store.transact([{ key: 'again', modRevision: first }], [{ type: 'delete', key: 'again' }]);
      const second = await put('again', '2');
      expect((await store.get('again')).entry).toMatchObject({ modRevision: second, createRevision: second });
    });

    it('refuses a transaction that writes a key twice', async () => {
      const twice = { type: 'put', key: 'twice', value: '' } as const;
      await expect(store.transact([], [twice, twice])).rejects.toMatchObject({ code: 'STORE_FAILED' });
    });

    it('watches past and present changes below a prefix: in order, none twice, none left out', async () => {
      const from = await put('watch/0', 'past');
      await store.transact(
        [],
        [
          { type: 'put', key: 'watch/1', value: 'x' },
          { type: 'put', key: 'watch/2', value: 'y' },
          { type: 'put', key: 'elsewhere', value: 'z' },
        ],
      );
      const writing = (async () => {
        for (let n = 3; n < 60; n += 1) {
          await put(`watch/${String(n)}`, String(n));
          await put(`elsewhere/${String(n)}`, 'not watched');
        }
        await store.transact([], [{ type: 'delete', key: 'watch/59' }]);
      })();
      const batches = await watchUntil(store, 'watch/', from, (told) => told.at(-1)?.type === 'delete');
      await writing;
      const events = batches.flatMap((batch) => batch.events);
      expect(events.map(keyOf)).toEqual([
        ...Array.from({ length: 60 }, (_, n) => `watch/${String(n)}`),
        'watch/59',
      ]);
      const { revision } = await store.list('watch/');
      expect(events.at(-1)).toEqual({ type: 'delete', key: 'watch/59', revision });
      expect(events[1]).toMatchObject({ entry: { value: 'x', modRevision: from + 1 } });
      // One revision is never torn apart.
      expect(batches.some((batch) => batch.events.map(keyOf).join().includes('watch/1,watch/2'))).toBe(true);
      for (const [index, batch] of batches.entries()) {
        const last = batch.events.at(-1);
        expect(batch.revision).toBeGreaterThanOrEqual(last === undefined ? 0 : revisionOf(last));
        expect(batch.revision).toBeGreaterThanOrEqual(batches[index - 1]?.revision ?? 0);
      }
    });

    it('shows signs of life that reach what was written elsewhere', async () => {
      const before = await put('quiet/key', '');
      const written = await put('loud', '');
      const batches = await watchUntil(store, 'quiet/', before + 1, (_, batch) => batch.revision >= written);
      expect(batches.flatMap((batch) => batch.events)).toEqual([]);
    });

    it('says of a watch from a forgotten revision that its history is compacted', async () => {
      const from = await put('compact', '1');
      const kept = await put('compact', '2');
      await made.compact(kept);
      await expect(watchUntil(store, 'compact', from, (told) => told.length > 0)).rejects.toMatchObject({
        code: 'STORE_COMPACTED',
      });
      const batches = await watchUntil(store, 'compact', kept, (told) => told.length > 0);
      expect(batches.at(-1)?.events).toMatchObject([{ entry: { value: '2' } }]);
    });

    it('ends a watch when its signal aborts, and none begins after', async () => {
      const abort = new AbortController();
      const ended = (async () => {
        for await (const batch of store.watch('abort/', (await store.list('')).revision + 1, abort)) {
          expect(batch.events).toEqual([]);
          abort.abort();
        }
        return 'ended';
      })();
      expect(await ended).toBe('ended');
      for await (const batch of store.watch('abort/', 1, abort)) expect(batch).toBe('never');
    });

    it('lets what is put under a lease vanish with it, and says so', async () => {
      const lease = await store.lease(5000);
      const revision = await lease.put('leased/a', '1');
      expect((await store.get('leased/a')).entry).toMatchObject({ value: '1', modRevision: revision });
      const gone = watchUntil(store, 'leased/', revision + 1, (events) => events.length > 0);
      expect(lease.lost.aborted).toBe(false);
      await lease.revoke();
      expect(lease.lost.aborted).toBe(true);
      expect((await gone).flatMap(({ events }) => events)).toEqual([
        { type: 'delete', key: 'leased/a', revision: revision + 1 },
      ]);
      await lease.revoke();
      await expect(lease.put('leased/b', '2')).rejects.toMatchObject({ code: 'STORE_LEASE_LOST' });
      expect((await store.list('leased/')).entries).toEqual([]);
    });

    it('puts a key under a lease in one transaction with others, or nothing of it', async () => {
      const lease = await store.lease(5000);
      const writes = [
        { type: 'put', key: 'together/a', value: '1', lease: lease.id },
        { type: 'put', key: 'together/b', value: '2' },
      ] as const;
      const { revision } = await store.transact([], writes);
      const held = async () => (await store.list('together/')).entries.map(({ key }) => key);
      expect((await store.get('together/a')).entry).toMatchObject({ value: '1', modRevision: revision });
      expect(await held()).toEqual(['together/a', 'together/b']);
      await lease.revoke();
      expect(await held()).toEqual(['together/b']);
      const late = [{ type: 'delete', key: 'together/b' }, writes[0]] as const;
      await expect(store.transact([], late)).rejects.toMatchObject({ code: 'STORE_LEASE_LOST' });
      expect(await held()).toEqual(['together/b']);
    });

    it('abandons a call with the reason of its signal', async () => {
      const reason = new Error('no longer wanted');
      const options = { signal: AbortSignal.abort(reason) };
      await expect(store.list('', options)).rejects.toBe(reason);
      await expect(store.get('a', options)).rejects.toBe(reason);
      await expect(store.transact([], [{ type: 'put', key: 'abandoned', value: '' }], options)).rejects.toBe(
        reason,
      );
      await expect(store.lease(5000, options)).rejects.toBe(reason);
      expect((await store.get('abandoned')).entry).toBeUndefined();
    });

    it('ends watches when it is closed, gives leases up, and answers no more', async () => {
      const closing = made.open();
      const lease = await closing.lease(5000);
      const watching = watchUntil(closing, 'close/', (await closing.list('')).revision + 1, () => {
        void closing.close();
        return false;
      });
      await expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
      expect(lease.lost.aborted).toBe(true);
      await expect(closing.list('')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await closing.close();
    });
  });
}

/** All batches up to the one by which `enough` holds; a watch that falls silent fails after a minute. */
async function watchUntil(
  store: ConfigStore,
  prefix: string,
  from: number,
  enough: (told: readonly StoreEvent[], batch: WatchBatch) => boolean,
): Promise<WatchBatch[]> {
  const signal = AbortSignal.timeout(60_000);
  const batches: WatchBatch[] = [];
  const told: StoreEvent[] = [];
  for await (const batch of store.watch(prefix, from, { signal })) {
    batches.push(batch);
    told.push(...batch.events);
    if (enough(told, batch)) return batches;
  }
  throw new Error(`the watch of ${prefix} told only ${JSON.stringify(told)} in a minute`);
}

function keyOf(event: StoreEvent): string {
  return event.type === 'put' ? event.entry.key : event.key;
}

function revisionOf(event: StoreEvent): number {
  return event.type === 'put' ? event.entry.modRevision : event.revision;
}
