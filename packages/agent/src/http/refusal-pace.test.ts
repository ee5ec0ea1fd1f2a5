import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusalPace } from './refusal-pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks for `count` refusals at one instant; gives when each was told, in ms from then, and how many had no place. */
function refuse(count: number, pace = new RefusalPace({ now: () => performance.now() })) {
  const begun = performance.now();
  const told: number[] = [];
  let left = 0;
  for (let at = 0; at < count; at += 1) {
    if (!pace.take(() => told.push(performance.now() - begun))) left += 1;
  }
  return { pace, told, left };
}

describe('a refusal', () => {
  it('is told at once where few are', () => {
    const { told } = refuse(20);
    expect(told).toEqual(Array.from({ length: 20 }, () => 0));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for its turn where many are: a thousand are told a second, in the order in which they came', () => {
    const { told } = refuse(1025);
    vi.advanceTimersByTime(500);
    expect(told.length).toBeGreaterThan(500);
    expect(told.length).toBeLessThan(550);
    vi.advanceTimersByTime(600);
    expect(told).toHaveLength(1025);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told at once again after a while without any', () => {
    const { pace } = refuse(500);
    vi.advanceTimersByTime(1000);
    expect(refuse(1, pace).told).toEqual([0]);
  });

  it('does not wait longer than its caller does', () => {
    const { pace } = refuse(1000);
    const now = performance.now();
    expect(pace.take(() => undefined, now + 900)).toBe(false);
    expect(pace.take(() => undefined, now + 1100)).toBe(true);
  });

  it('has no place behind 5,000 others', () => {
    const { told, left } = refuse(6000);
    vi.advanceTimersByTime(10_000);
    // One more or less, as fractions are rounded.
    expect(Math.abs(told.length - 5000)).toBeLessThan(3);
    expect(told.length + left).toBe(6000);
  });
});
