import { describe, expect, it } from 'vitest';
import { atPointer, textAtPointer } from './json-pointer.ts';

/** The document and pointers of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'm~n': 8,
  ' ': 7,
  deep: { list: [{ code: 'x' }], no: null, yes: true },
};

describe('atPointer', () => {
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/deep/list/0/code', 'x'],
    ['/foo/2', undefined],
    ['/foo/-', undefined],
    ['/foo/length', undefined],
    ['/toString', undefined],
    ['/foo/0/x', undefined],
  ])('finds %j', (pointer, value) => {
    expect(atPointer(document, pointer)).toEqual(value);
  });
});

describe('textAtPointer', () => {
  it.each([
    ['/', '0'],
    ['/deep/yes', 'true'],
    ['/deep/no', undefined],
    ['/foo', undefined],
  ])('reads %j as text', (pointer, text) => {
    expect(textAtPointer(document, pointer)).toBe(text);
  });
});
