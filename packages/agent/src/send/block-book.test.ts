import { outcomeOf } from '@waystation/core';
import type { Candidate, OutcomeClass } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { messageTo, realClock } from '../testing/send-fixture.ts';
import { BlockBook } from './block-book.ts';

const candidate: Candidate = { channel: 'a', host: 'h:443', account: 'main', credential: 'key' };
const message = messageTo('13800138000');

describe('the book of blocks', () => {
  let changes = 0;
  let book: BlockBook;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    changes = 0;
    book = new BlockBook(realClock, () => {
      changes += 1;
    });
  });
  afterEach(() => {
    book.stop();
    vi.useRealTimers();
  });

  function note(what: OutcomeClass, code: string, reason = what as string): void {
    const at = realClock.now();
    book.note(candidate, message, outcomeOf(what, { code, reason, written: true }), at, at);
  }

  it('tells of a block once when it begins, and once when it ends', async () => {
    note('account', 'isv.AMOUNT_NOT_ENOUGH');
    note('account', 'isv.AMOUNT_NOT_ENOUGH');
    expect([changes, book.states.length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(61_000);
    expect([changes, book.states.length]).toEqual([2, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not tell of a throttle, which is over at once', () => {
    note('throttled', 'Throttling.User');
    expect([changes, book.states.length]).toEqual([0, 1]);
  });

  it('waits for the end of a monthly cap', async () => {
    note('account', 'isv.MONTH_LIMIT_CONTROL');
    expect(changes).toBe(1);
    await vi.advanceTimersByTimeAsync(32 * 86_400_000);
    expect([changes, book.states.length]).toEqual([2, 0]);
  });

  it('repeats no phone number that a provider wrote into its words', () => {
    note('account', 'isv.ACCOUNT_ABNORMAL', 'refused for 13800138000');
    expect(book.states[0]?.reason).toBe('refused for 138****8000');
  });
});
