import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AskedChannel } from '../testing/asked-channel.ts';
import { SearchFixture, attemptOf, number } from '../testing/search-fixture.ts';
import { realClock as clock } from '../testing/send-fixture.ts';
import type { LikeEnd } from './like-attempts.ts';
import type { Searcher } from './searcher.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

let one: AskedChannel;
let searcher: Searcher;
let search: SearchFixture['search'];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 4) });
  ({ one, searcher, search } = new SearchFixture());
});
afterEach(() => {
  searcher.stop();
  vi.useRealTimers();
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
