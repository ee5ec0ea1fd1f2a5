import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

/** Always the same ones; `pnpm simulate` goes on to others. */
const share = { histories: 500, seed: 1 };

it('keeps every promise through crashes, lost answers and hasty callers', async () => {
  const { failure, ...totals } = await simulate(share);
  expect(failure).toBeUndefined();
  expect(totals.histories).toBe(share.histories);
  expect(totals.crashes).toBeGreaterThan(share.histories / 2);
  expect(totals.texts).toBeGreaterThan(share.histories);
  // What a history does not hold, it does not prove.
  expect(totals.batches).toBeGreaterThan(share.histories / 4);
  expect(totals.kept).toBeGreaterThan(share.histories / 4);
  expect(totals.limited).toBeGreaterThan(share.histories / 4);
}, 240_000);
