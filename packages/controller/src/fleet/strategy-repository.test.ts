import { WaystationError } from '@waystation/core';
import type { ConfigStore } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';
import { StrategyRepository } from './strategy-repository.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(async () => {
  await desk.close();
});

let throws = 0;
const repository = (author: string, store: ConfigStore = desk.store) =>
  new StrategyRepository({
    store,
    clock: desk.clock,
    random: () => (throws += 1) / 1e6,
    keys: desk.keys,
    author,
  });
const edit = (base: number, value: string) => ({
  base,
  document: { value },
  digest: value,
  action: 'strategy apply',
  summary: value,
});

describe('commit', () => {
  it('lets exactly one of many editors win, and names the winner to all others', async () => {
    const { revision } = await repository('zero').commit(edit(0, 'zero'));
    const names = Array.from({ length: 20 }, (_, index) => `editor-${index}`);
    const results = await Promise.allSettled(
      names.map((name) => repository(name).commit(edit(revision, name))),
    );
    const winners = results.flatMap(({ status }, index) =>
      status === 'fulfilled' ? (names[index] ?? '') : [],
    );
    expect(winners).toHaveLength(1);
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({ code: 'STRATEGY_CONFLICT' });
      expect(String(result.reason)).toContain(`by ${names[index] ?? ''} `);
      expect(String(result.reason)).toContain(`changed by ${winners[0] ?? ''} at 2026-01-01`);
    }
    expect((await desk.store.list(desk.keys.history)).entries).toHaveLength(2);
    expect((await desk.store.list(desk.keys.events)).entries).toHaveLength(2);
  });

  it('keeps the history without holes and without doubles under many edits', async () => {
    let { revision } = await repository('a').commit(edit(0, '1'));
    for (let index = 2; index <= 30; index += 1) {
      const made = await repository('a').commit(edit(revision, `${index}`));
      expect(made.seq).toBe(index);
      revision = made.revision;
    }
  });

  it('goes on numbering where somebody removed the beginning of the history', async () => {
    let { revision } = await repository('a').commit(edit(0, '1'));
    for (let index = 2; index <= 5; index += 1) {
      ({ revision } = await repository('a').commit(edit(revision, `${index}`)));
    }
    const { entries } = await desk.store.list(desk.keys.events);
    const gone = [...entries.map(({ key }) => key), desk.keys.historyEntry(1), desk.keys.historyEntry(2)];
    await desk.store.transact(
      [],
      gone.map((key) => ({ type: 'delete', key })),
    );
    expect((await repository('a').commit(edit(revision, '6'))).seq).toBe(6);
  });

  it('finds out by itself whether a change was made whose answer got lost', async () => {
    const lossy = (before: boolean): ConfigStore => ({
      list: (prefix, options) => desk.store.list(prefix, options),
      get: (key, options) => desk.store.get(key, options),
      watch: (prefix, from, options) => desk.store.watch(prefix, from, options),
      lease: (ttlMs, options) => desk.store.lease(ttlMs, options),
      close: () => Promise.resolve(),
      transact: async (compares, writes, options) => {
        if (!before) await desk.store.transact(compares, writes, options);
        throw new WaystationError('STORE_TIMEOUT', 'etcd did not answer within 5 s');
      },
    });
    const { revision, seq } = await repository('a', lossy(false)).commit(edit(0, 'made'));
    expect(seq).toBe(1);
    expect((await repository('a').read())?.revision).toBe(revision);
    await expect(repository('a', lossy(true)).commit(edit(revision, 'lost'))).rejects.toMatchObject({
      code: 'STORE_TIMEOUT',
      message: 'etcd did not answer within 5 s; the change was not made',
    });
  });

  it('does not name an author for a strategy that was written past the history', async () => {
    const { revision } = await repository('a').commit(edit(0, '1'));
    await desk.put(desk.keys.strategy, '{"by":"hand"}');
    await expect(repository('b').commit(edit(revision, '2'))).rejects.toThrow('keeps no history');
  });
});
