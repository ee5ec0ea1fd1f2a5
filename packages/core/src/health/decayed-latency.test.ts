import { expect, it } from 'vitest';
import { decayLatency } from './decayed-latency.ts';

it('follows new latencies the faster the longer nothing was heard, and begins with the first', () => {
  const first = decayLatency(undefined, 100, 0);
  expect(first).toEqual({ ms: 100, at: 0 });
  expect(decayLatency(first, 200, 1).ms).toBeCloseTo(110);
  expect(decayLatency(first, 200, 10_000).ms).toBeCloseTo(163.2, 1);
  expect(decayLatency(first, 200, 600_000).ms).toBeCloseTo(200);
});
