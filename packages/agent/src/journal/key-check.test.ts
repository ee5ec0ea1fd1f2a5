import { describe, expect, it } from 'vitest';
import { checkKeys } from './key-check.ts';
import type { KeyFacts } from './key-check.ts';

const facts: KeyFacts = {
  found: 'a',
  former: [],
  empty: false,
  given: { current: 'a', former: [] },
  wallTime: 1000,
  keptMs: 500,
};
const given = (current: string, ...former: string[]) => ({ given: { current, former } });

describe('the keys of a journal', () => {
  it.each<[string, Partial<KeyFacts>, object]>([
    ['its own', {}, { kind: 'good', former: [] }],
    ['any, where it is empty', { found: undefined, empty: true }, { kind: 'good', former: [] }],
    ['any, where it is not empty and has no mark', { found: undefined }, { kind: 'foreign' }],
    ['another', given('b'), { kind: 'foreign' }],
    ['another, and a wrong former one', given('b', 'c'), { kind: 'foreign' }],
    ['a new one with its own', given('b', 'a'), { kind: 'good', former: [{ mark: 'a', until: 1500 }] }],
    [
      'the new one alone, while the former is needed',
      { ...given('b'), found: 'b', former: [{ mark: 'a', until: 1001 }] },
      { kind: 'former-needed', until: 1001 },
    ],
    [
      'the new one alone, later',
      { ...given('b'), found: 'b', former: [{ mark: 'a', until: 1000 }] },
      { kind: 'good', former: [] },
    ],
    [
      'a third, without the first',
      { ...given('c', 'b'), found: 'b', former: [{ mark: 'a', until: 1400 }] },
      { kind: 'former-needed', until: 1400 },
    ],
    [
      'the first again',
      { ...given('a', 'b'), found: 'b', former: [{ mark: 'a', until: 1400 }] },
      { kind: 'good', former: [{ mark: 'b', until: 1500 }] },
    ],
  ])('%s', (_name, change, decision) => {
    expect(checkKeys({ ...facts, ...change })).toEqual(decision);
  });
});
