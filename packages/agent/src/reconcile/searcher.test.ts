import type { MessageSearchEnd } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoutingState } from '../send/routing.ts';
import { AskedChannel, refusal } from '../testing/asked-channel.ts';
import { messageTo, realClock as clock, silentLog, snapshotOf } from '../testing/send-fixture.ts';
import type { BootClock } from './boot-clock.ts';
import { PastSearcher } from './past-searcher.ts';
import type { PastAttempt } from './past-search.ts';
import type { LikeEnd } from './like-attempts.ts';
import { messageIdLength } from '../send/message-id.ts';
import { Searcher } from './searcher.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

const rules = { firstMs: 500, intervalMs: 2000, settleMs: 3000, budgetMs: 60_000 };
let bounds = { perSecond: 50, maxConcurrent: 20 };

let one: AskedChannel;
let two: AskedChannel;
let searcher: Searcher;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 4) });
  bounds = { perSecond: 50, maxConcurrent: 20 };
  one = new AskedChannel(clock, 'one');
  two = new AskedChannel(clock, 'two');
  searcher = new Searcher(
    { clock, log: silentLog },
    { bounds: () => bounds, limits: () => ({ connectMs: 2000, readMs: 2000 }), budgetMs: () => 60_000 },
  );
});
afterEach(() => {
  searcher.stop();
  vi.useRealTimers();
});

/** An id as long as real ones are. */
const idOf = (name: string) => name.padEnd(messageIdLength, '0');

/** An attempt at `one` that has just ended unknown; the message's name is its OutId. */
function attemptOf(name: string, e164: string, change: Partial<SoughtAttempt['sought']> = {}) {
  const now = clock.now();
  const sought = { e164: [e164], templateCode: 'SMS_154950909', outId: name, unique: true };
  return {
    messageId: idOf(name),
    candidate: { channel: 'one', host: 'one:443', account: 'main' },
    sought: { ...sought, values: ['4071'], ...change },
    time: { startedAt: now, startedWall: clock.wallTime(), endedAt: now },
    recordsShared: false,
  } satisfies SoughtAttempt;
}

/** Searches for one attempt of a message; `ends` is filled with what is told. */
function search(attempt: SoughtAttempt, ends: MessageSearchEnd[] = [], channels = [one, two]) {
  searcher.search(new Map([[1, attempt]]), { rules, channels }, (end) => {
    ends.push(end);
  });
  return ends;
}

const number = (at: number) => `+86138${String(at).padStart(8, '0')}`;

describe('questions', () => {
  it('of 1,000 unknown messages at once stay within the bounds, and all are found', async () => {
    const ends: MessageSearchEnd[] = [];
    for (let at = 0; at < 1000; at += 1) {
      one.take(number(at), `m-${String(at)}`);
      search(attemptOf(`m-${String(at)}`, number(at)), ends);
    }
    await vi.advanceTimersByTimeAsync(21_000);
    expect(ends.filter(({ kind }) => kind === 'found')).toHaveLength(1000);
    expect(one.mostAtOnce).toBeLessThanOrEqual(bounds.maxConcurrent);
    for (const [at, first] of one.askedAt.entries()) {
      const within = one.askedAt[at + bounds.perSecond];
      if (within !== undefined) expect(within - first).toBeGreaterThanOrEqual(1000);
    }
    expect(searcher.open).toBe(0);
  });

  it('slow to be answered are never more than allowed at once', async () => {
    one.latencyMs = 1900;
    const ends: MessageSearchEnd[] = [];
    for (let at = 0; at < 200; at += 1) {
      one.take(number(at), `m-${String(at)}`);
      search(attemptOf(`m-${String(at)}`, number(at)), ends);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(one.mostAtOnce).toBe(bounds.maxConcurrent);
    expect(ends.filter(({ kind }) => kind === 'found')).toHaveLength(200);
  });

  it('for which there is no place leave their messages unknown, and say so', async () => {
    bounds = { perSecond: 1, maxConcurrent: 1 };
    const ends: MessageSearchEnd[] = [];
    for (let at = 0; at < 100; at += 1) {
      one.take(number(at), `m-${String(at)}`);
      search(attemptOf(`m-${String(at)}`, number(at)), ends);
    }
    await vi.advanceTimersByTimeAsync(130_000);
    expect(ends).toHaveLength(100);
    expect(ends.filter(({ kind }) => kind === 'absent')).toHaveLength(0);
    const words = ends.flatMap((end) => (end.kind === 'inconclusive' ? [end.reason] : []));
    expect(words.some((text) => text.includes('there is no place among the questions'))).toBe(true);
  });

  it('for one number and day are asked once for all who wait', async () => {
    const ends: MessageSearchEnd[] = [];
    for (let at = 0; at < 10; at += 1) {
      one.take(number(1), `m-${String(at)}`);
      search(attemptOf(`m-${String(at)}`, number(1)), ends);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(10);
    expect(one.askedAt).toHaveLength(1);
  });

  it('read all pages: the record on the third of three is found', async () => {
    for (let at = 0; at < 130; at += 1) one.take(number(1), `other-${String(at)}`);
    one.take(number(1), 'm-1');
    const ends = search(attemptOf('m-1', number(1)));
    await vi.advanceTimersByTimeAsync(2000);
    expect(ends).toEqual([{ kind: 'found', channel: 'one' }]);
    expect(one.askedAt).toHaveLength(3);
  });

  it('whose pages do not make a whole are no answer', async () => {
    one.answer = () =>
      Promise.resolve({
        answered: true,
        status: 200,
        hostTime: clock.wallTime(),
        body: JSON.stringify({ Code: 'OK', TotalCount: 3, SmsSendDetailDTOs: { SmsSendDetailDTO: [] } }),
      });
    two.answer = one.answer;
    const ends = search(attemptOf('m-1', number(1)));
    await vi.advanceTimersByTimeAsync(65_000);
    expect(ends).toMatchObject([{ kind: 'inconclusive' }]);
  });

  it.each([
    ['throttled', refusal('Throttling.User')],
    ['refused', refusal('isv.MOBILE_NUMBER_ILLEGAL', 200)],
    ['answered with HTML', () => Promise.resolve({ answered: true, status: 200, body: '<html>' } as const)],
    ['not answered', () => Promise.resolve({ answered: false, written: true, reason: 'timeout' } as const)],
  ])('that are %s prove nothing', async (_, answer) => {
    one.answer = answer;
    two.answer = answer;
    const ends = search(attemptOf('m-1', number(1)));
    await vi.advanceTimersByTimeAsync(65_000);
    expect(ends).toMatchObject([{ kind: 'inconclusive' }]);
  });
});

it('the host of the attempt is asked, and no other while it answers, whatever the order of channels', async () => {
  const ends = search(attemptOf('m-1', number(1)), [], [two, one]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ends).toEqual([{ kind: 'absent' }]);
  expect(two.askedAt).toEqual([]);
});

describe('a dead host', () => {
  beforeEach(() => {
    one.answer = () => Promise.resolve({ answered: false, written: false, reason: 'refused' });
  });

  it('is made up for by another of its account: what is found there was taken', async () => {
    two.take(number(1), 'm-1');
    const ends = search(attemptOf('m-1', number(1)));
    await vi.advanceTimersByTimeAsync(2000);
    expect(ends).toEqual([{ kind: 'found', channel: 'one' }]);
  });

  it('keeps absence at another one from proving anything', async () => {
    const ends = search(attemptOf('m-1', number(1)));
    await vi.advanceTimersByTimeAsync(65_000);
    expect(ends).toMatchObject([{ kind: 'inconclusive' }]);
    expect(two.askedAt.length).toBeGreaterThan(2);
  });
});

describe('attempts that look the same', () => {
  const constant = { outId: 'constant', unique: false };

  function noteLike(attempt: SoughtAttempt, end: LikeEnd): void {
    const ticket = searcher.likes.note(attempt, clock.now());
    if (ticket === undefined) throw new Error('it looks like no other');
    searcher.likes.ended(ticket, end, clock.now());
  }

  it('of other messages keep one record from being believed, accepted or not', async () => {
    for (const end of ['accepted', 'open'] as const) {
      const rival = attemptOf('another', number(1), constant);
      noteLike(rival, end);
      one.take(number(1), 'constant');
      const ends = search(attemptOf('m-1', number(1), constant));
      await vi.advanceTimersByTimeAsync(65_000);
      expect(ends).toMatchObject([{ kind: 'inconclusive' }]);
    }
  });

  it('of the same message do not, however often it is searched for', async () => {
    for (let time = 0; time < 3; time += 1) {
      noteLike(attemptOf('m-1', number(1), constant), 'open');
    }
    one.take(number(1), 'constant');
    for (let time = 0; time < 2; time += 1) {
      const ends = search(attemptOf('m-1', number(1), constant));
      await vi.advanceTimersByTimeAsync(2000);
      expect(ends).toEqual([{ kind: 'found', channel: 'one' }]);
    }
  });

  it('do not matter where nothing was sent, the text was another, or it was long ago', async () => {
    noteLike(attemptOf('a', number(1), constant), 'not-sent');
    const other = { ...constant, values: ['9999'] };
    noteLike(attemptOf('b', number(1), other), 'accepted');
    noteLike(attemptOf('c', number(2), constant), 'accepted');
    noteLike(attemptOf('d', number(1), constant), 'accepted');
    await vi.advanceTimersByTimeAsync(60_000);
    one.take(number(1), 'constant');
    const ends = search(attemptOf('m-1', number(1), constant));
    await vi.advanceTimersByTimeAsync(2000);
    expect(ends).toEqual([{ kind: 'found', channel: 'one' }]);
  });
});

describe('the end', () => {
  it('of the agent leaves every search inconclusive, and begins none', async () => {
    const ends = search(attemptOf('m-1', number(1)));
    searcher.stop();
    search(attemptOf('m-2', number(1)), ends);
    await vi.advanceTimersByTimeAsync(10_000);
    const stopped = { kind: 'inconclusive', reason: 'the agent is stopping' };
    expect(ends).toEqual([stopped, stopped]);
    expect(one.askedAt).toEqual([]);
  });
});

it('a stop ends a question between two of its pages, and leaves no timer', async () => {
  bounds = { perSecond: 1, maxConcurrent: 1 };
  for (let at = 0; at < 130; at += 1) one.take(number(1), `other-${String(at)}`);
  search(attemptOf('m-1', number(1)));
  await vi.advanceTimersByTimeAsync(520);
  expect(one.askedAt).toHaveLength(1);
  searcher.stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(one.askedAt).toHaveLength(1);
});

it.each([8.64e15, -8.64e15])(
  'a host whose clock is beyond all calendars (%d) is one that tells no time',
  async (hostTime) => {
    one.answer = () =>
      Promise.resolve({
        answered: true,
        status: 200,
        hostTime,
        body: JSON.stringify({ Code: 'OK', TotalCount: 0 }),
      });
    const ends = search(attemptOf('m-1', number(1)), [], [one]);
    await vi.advanceTimersByTimeAsync(65_000);
    expect(ends).toMatchObject([
      { kind: 'inconclusive', reason: expect.stringContaining('does not tell its time') as string },
    ]);
  },
);

it('a record whose OutId is a number too large to be read is not understood, and proves no absence', async () => {
  const row = { PhoneNum: '13800000001', TemplateCode: 'SMS_154950909', OutId: 1, SendDate: '' };
  const body = JSON.stringify({ Code: 'OK', TotalCount: 1, SmsSendDetailDTOs: { SmsSendDetailDTO: [row] } });
  one.answer = () =>
    Promise.resolve({
      answered: true,
      status: 200,
      hostTime: clock.wallTime(),
      body: body.replace('"OutId":1', '"OutId":20261128000000000001'),
    });
  const sent = { outId: '20261128000000000001', unique: false };
  const ends = search(attemptOf('m-1', number(1), sent), [], [one]);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(ends).toMatchObject([{ kind: 'inconclusive' }]);
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
