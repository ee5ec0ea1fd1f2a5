import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoutingState } from '../send/routing.ts';
import { AskedChannel } from '../testing/asked-channel.ts';
import { SearchFixture, idOf } from '../testing/search-fixture.ts';
import { messageTo, realClock as clock, snapshotOf } from '../testing/send-fixture.ts';
import type { BootClock } from './boot-clock.ts';
import type { PastAttempt } from './past-search.ts';
import { PastSearcher } from './past-searcher.ts';
import type { Searcher } from './searcher.ts';

let one: AskedChannel;
let searcher: Searcher;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 4) });
  ({ one, searcher } = new SearchFixture());
});
afterEach(() => {
  searcher.stop();
  vi.useRealTimers();
});

describe('what a journal remembers', () => {
  const boot: BootClock = { boot: 'this boot', now: () => clock.now() + 1_000_000 };
  const message = messageTo('13800138000');
  let channels: RoutingState['channels'];

  beforeEach(() => {
    channels = new Map([['one', one]]);
  });

  function searchPast(change: Partial<PastAttempt> = {}, bootClock: BootClock = boot, name = 'm-1') {
    const document = {
      schemaVersion: 1 as const,
      channels: { one: { provider: 'aliyun' as const, regionId: 'cn-hangzhou' } },
      routes: [{ name: 'default', policy: { kind: 'primary-backup' as const, order: ['one'] } }],
    };
    const state = { channels, snapshot: snapshotOf(document) } as unknown as RoutingState;
    const routing = { acquire: () => ({ state, release: () => undefined }) };
    const past = new PastSearcher({ routing, searcher, clock, bootClock });
    const attempt: PastAttempt = {
      candidate: { channel: 'one', host: 'one:443', account: 'main' },
      outId: 'constant',
      unique: false,
      templateCode: 'SMS_154950909',
      startedAt: clock.wallTime(),
      started: { boot: 'this boot', at: boot.now() },
      lastsMs: 8000,
      ...change,
    };
    return async () => {
      const { end } = past.search({ id: idOf(name), message, attempts: [attempt] });
      await vi.advanceTimersByTimeAsync(65_000);
      return end;
    };
  }

  it('is found, or absent, also an hour later', async () => {
    for (const isTaken of [true, false]) {
      one.rows.splice(0);
      const begin = searchPast();
      if (isTaken) one.take('+8613800138000', 'constant');
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect((await begin()).kind).toBe(isTaken ? 'found' : 'absent');
    }
  });

  it('is not taken for a text that went out under its OutId after it', async () => {
    const begin = searchPast();
    await vi.advanceTimersByTimeAsync(600_000);
    one.take('+8613800138000', 'constant');
    expect((await begin()).kind).toBe('absent');
  });

  it.each([7_200_000, -7_200_000])(
    'is inconclusive where the wall clock was set since (%i ms)',
    async (by) => {
      for (const isTaken of [true, false]) {
        one.rows.splice(0);
        const begin = searchPast();
        if (isTaken) one.take('+8613800138000', 'constant');
        await vi.advanceTimersByTimeAsync(60_000);
        vi.setSystemTime(Date.now() + by);
        expect((await begin()).kind).toBe('inconclusive');
      }
    },
  );

  it('is inconclusive after another start of the machine, unless its OutId is ours alone', async () => {
    const other = { started: { boot: 'another boot', at: 5 } };
    expect((await searchPast(other)()).kind).toBe('inconclusive');
    one.take('+8613800138000', 'constant');
    expect((await searchPast(other)()).kind).toBe('inconclusive');
    expect((await searchPast({ ...other, unique: true })()).kind).toBe('found');
  });

  it('is not believed by one record of two that look the same', async () => {
    const begins = [searchPast({}, boot, 'm-1'), searchPast({}, boot, 'm-2')];
    one.take('+8613800138000', 'constant');
    await vi.advanceTimersByTimeAsync(60_000);
    const ends = await Promise.all(begins.map((begin) => begin()));
    expect(ends.map(({ kind }) => kind)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('stays unknown where its channel has left the strategy, or is another one by the same name', async () => {
    const begin = searchPast();
    channels = new Map([['one', Object.assign(new AskedChannel(clock, 'one'), { host: 'elsewhere:443' })]]);
    expect((await searchPast()()).kind).toBe('inconclusive');
    channels = new Map();
    expect((await searchPast()()).kind).toBe('inconclusive');
    expect((await begin()).kind).toBe('absent');
  });
});
