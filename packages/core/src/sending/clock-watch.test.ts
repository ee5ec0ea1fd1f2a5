import { describe, expect, it } from 'vitest';
import { watchClock } from './clock-watch.ts';
import type { ClockWatch } from './clock-watch.ts';

const wall = Date.UTC(2026, 0, 1);

/** Looks at the clocks once for each [instant, how far the wall clock is ahead of its first offset]. */
function look(...steps: readonly (readonly [at: number, ahead: number])[]): ClockWatch | undefined {
  return steps.reduce<ClockWatch | undefined>(
    (watch, [at, ahead]) => watchClock(watch, at, wall + at + ahead),
    undefined,
  );
}

describe('the wall clock', () => {
  it.each([
    [
      'keeps step',
      [
        [0, 0],
        [1000, 0],
      ],
      'steady',
    ],
    [
      'drifts, however far',
      [
        [0, 0],
        [1000, 40_000],
        [2000, 80_000],
        [3000, 120_000],
      ],
      'steady',
    ],
    [
      'is set a minute ahead',
      [
        [0, 0],
        [1000, 60_000],
      ],
      'steady',
    ],
    [
      'jumps ahead',
      [
        [0, 0],
        [1000, 60_001],
      ],
      'jumped',
    ],
    [
      'jumps back',
      [
        [0, 0],
        [1000, -60_001],
      ],
      'jumped',
    ],
    [
      'jumps and comes back',
      [
        [0, 0],
        [1000, 90_000],
        [2000, 10],
      ],
      'steady',
    ],
    [
      'jumps and stays for less than five minutes',
      [
        [0, 0],
        [1000, 90_000],
        [300_999, 90_000],
      ],
      'jumped',
    ],
    [
      'jumps and stays for five minutes',
      [
        [0, 0],
        [1000, 90_000],
        [301_000, 90_000],
      ],
      'steady',
    ],
    [
      'jumps again before it was trusted',
      [
        [0, 0],
        [1000, 90_000],
        [300_000, 190_000],
        [301_000, 190_000],
      ],
      'jumped',
    ],
  ] as const)('that %s', (_name, steps, state) => {
    expect(look(...steps)?.state).toBe(state);
  });
});
