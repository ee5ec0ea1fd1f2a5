import { expect, it } from 'vitest';
import { isRefusal } from './compat-refusal.ts';
import { decodeParameters, legibleParameters } from './form-parameters.ts';

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
] as const)('decodes %s', (_, encoded, expected) => {
  const decoded = decodeParameters(encoded, 'query string');
  expect(isRefusal(decoded) ? decoded : [...decoded]).toEqual(expected);
});

it.each(['a=%', 'a=%zz', '%ff=1'])('refuses %s', (encoded) => {
  expect(decodeParameters(encoded, 'query string')).toMatchObject({ code: 'InvalidParameter' });
});

it.each([
  ['SignName=a&b=1&SignName=a', 'SignName'],
  ['SignName=a&Sign%4eame=b', 'SignName'],
  ['13800138000&13800138000', 'A parameter'],
])('refuses %s, of which nobody can tell what counts', (encoded, shown) => {
  expect(decodeParameters(encoded, 'form body')).toMatchObject({
    code: 'InvalidParameter',
    message: `${shown} stands more than once in the form body.`,
  });
});

it.each(['a=%zz&b=1', '%ff=1&b=1', 'b=1&b=2&&a=%'])('reads what can be read of %s', (encoded) => {
  expect(legibleParameters(encoded).get('b')).toBe('1');
});
