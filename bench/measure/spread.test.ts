import { describe, expect, it } from 'vitest';
import { percentile, spreadOf } from './spread.ts';

describe('spreadOf', () => {
  it.each([
    ['one', [5], { median: 5, min: 5, max: 5 }],
    ['an odd number', [9, 1, 5], { median: 5, min: 1, max: 9 }],
    ['an even number', [1, 2, 10, 4], { median: 3, min: 1, max: 10 }],
  ])('is of %s', (_, values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('is of nothing an error', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured');
  });
});

describe('percentile', () => {
  it('lies between its neighbours where it falls between them', () => {
    const values = Array.from({ length: 101 }, (_, at) => at);
    expect(percentile(values, 99)).toBe(99);
    expect(percentile([0, 10], 99)).toBeCloseTo(9.9);
    expect(percentile([7], 99)).toBe(7);
  });
});
