import { expect, it } from 'vitest';
import { decodeParameters } from './form-parameters.ts';

it.each([
  ['nothing', '', []],
  [
    'plain text',
    'a=b&c',
    [
      ['a', 'b'],
      ['c', ''],
    ],
  ],
  ['blanks', 'a+b=c+d', [['a b', 'c d']]],
  ['encoded text', '%E9%98%BF=%2B+1', [['阿', '+ 1']]],
  ['a name that repeats', 'a=1&a=2', [['a', '1']]],
] as const)('decodes %s', (_, encoded, expected) => {
  expect([...(decodeParameters(encoded) ?? [])]).toEqual(expected);
});

it.each(['a=%', 'a=%zz', '%ff=1'])('refuses %s', (encoded) => {
  expect(decodeParameters(encoded)).toBeUndefined();
});
