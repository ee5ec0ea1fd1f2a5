import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['', undefined],
    ['30', undefined],
    ['-5m', undefined],
    ['1.5h', undefined],
    ['5 m', undefined],
    ['m', undefined],
    ['99999999999999999999s', undefined],
  ])('reads %j as %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [-5, '0s'],
    [61_000, '1m 1s'],
    [5_400_000, '1h 30m'],
    [183_845_000, '2d 3h'],
  ])('writes %j ms as %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
