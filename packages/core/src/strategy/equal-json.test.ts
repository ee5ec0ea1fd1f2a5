import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { equalJson } from './equal-json.ts';

/** Few values and keys, so that pairs are often equal or nearly so. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(0, 1, '', 'a', null, true),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__'), fc.option(tie('value'), { nil: undefined }), {
      maxKeys: 2,
    }),
  ),
}));

describe('equalJson', () => {
  it('says of any two what their canonical texts say', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(equalJson(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['keys in another order', { a: 1, b: { c: [1, 2], d: 'x' } }, { b: { d: 'x', c: [1, 2] }, a: 1 }, true],
    ['undefined and absent', { a: undefined, b: 1 }, { b: 1 }, true],
    ['absent and undefined', { b: 1 }, { b: 1, a: undefined }, true],
    ['a key more', { a: 1 }, { a: 1, b: 2 }, false],
    ['a key less', { a: 1, b: 2 }, { a: 1 }, false],
    ['another key', { a: 1 }, { b: 1 }, false],
    ['items in another order', [1, 2], [2, 1], false],
    ['a list and a mapping', [], {}, false],
    ['null and a mapping', null, {}, false],
    ['deep within', { a: [{ b: [1, { c: 2 }] }] }, { a: [{ b: [1, { c: 3 }] }] }, false],
  ])('%s', (_, one, other, equal) => {
    expect(equalJson(one, other)).toBe(equal);
    expect(canonicalJson(one) === canonicalJson(other)).toBe(equal);
  });
});
