import type { MessageSearchEnd } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refusal } from '../testing/asked-channel.ts';
import type { AskedChannel } from '../testing/asked-channel.ts';
import { SearchFixture, attemptOf, number } from '../testing/search-fixture.ts';
import { realClock as clock } from '../testing/send-fixture.ts';
import type { Searcher } from './searcher.ts';

let fixture: SearchFixture;
let one: AskedChannel;
let two: AskedChannel;
let searcher: Searcher;
let search: SearchFixture['search'];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 4) });
  fixture = new SearchFixture();
  ({ one, two, searcher, search } = fixture);
});
afterEach(() => {
  searcher.stop();
  vi.useRealTimers();
});

describe('questions', () => {
  it('of 1,000 unknown messages at once stay within the bounds, and all are found', async () => {
    const ends: MessageSearchEnd[] = [];
    for (let at = 0; at < 1000; at += 1) {
      one.take(number(at), `m-${String(at)}`);
      search(attemptOf(`m-${String(at)}`, number(at)), ends);
    }
    await vi.advanceTimersByTimeAsync(21_000);
    expect(ends.filter(({ kind }) => kind === 'found')).toHaveLength(1000);
    expect(one.mostAtOnce).toBeLessThanOrEqual(fixture.bounds.maxConcurrent);
    for (const [at, first] of one.askedAt.entries()) {
      const within = one.askedAt[at + fixture.bounds.perSecond];
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
    expect(one.mostAtOnce).toBe(fixture.bounds.maxConcurrent);
    expect(ends.filter(({ kind }) => kind === 'found')).toHaveLength(200);
  });

  it('for which there is no place leave their messages unknown, and say so', async () => {
    fixture.bounds = { perSecond: 1, maxConcurrent: 1 };
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
  fixture.bounds = { perSecond: 1, maxConcurrent: 1 };
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
