import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

it('forgets a retry after ten seconds, and no sooner', () => {
  const budget = new RetryBudget();
  const takenAt = (at: number) =>
    Array.from({ length: 60 }, () => budget.takeRetry(at, 20)).filter(Boolean).length;
  expect([takenAt(500), takenAt(9999), takenAt(10_000)]).toEqual([50, 0, 50]);
});

it('never grants more than 20 % of the sends of the last 10 s, nor less than 50', () => {
  const story = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 40 }), fc.boolean()),
    {
      maxLength: 120,
    },
  );
  fc.assert(
    fc.property(story, (events) => {
      const budget = new RetryBudget();
      let at = 0;
      const sends: number[] = [];
      const retries: number[] = [];
      for (const [ms, count, retry] of events) {
        at += ms;
        const since = Math.floor(at / 1000) - 10;
        const recent = (times: readonly number[]) =>
          times.filter((time) => Math.floor(time / 1000) > since).length;
        for (let each = 0; each < count; each += 1) {
          budget.noteSend(at);
          sends.push(at);
        }
        for (let each = 0; retry && each < count; each += 1) {
          const taken = budget.takeRetry(at, 20);
          expect(taken).toBe(recent(retries) < Math.max(50, Math.floor(recent(sends) * 0.2)));
          if (taken) retries.push(at);
        }
      }
    }),
  );
});
