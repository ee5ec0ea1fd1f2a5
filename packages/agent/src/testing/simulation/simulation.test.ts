import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it('keeps every promise through whatever happens', async () => {
  const { failure, histories } = await simulate({ histories: 2000, seed: Date.now() & 0x7fffffff });
  expect(failure).toBeUndefined();
  expect(histories).toBe(2000);
});
