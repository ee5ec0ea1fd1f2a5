import { expect, it } from 'vitest';
import { withNotes, withoutNotes } from './editing-text.ts';

const text = '# my own comment\nschemaVersion: 1\n';

it('takes off what it put on top, and nothing else', () => {
  expect(withoutNotes(withNotes(text, ['one\ntwo', 'three']))).toBe(text);
});

it('replaces its notes instead of heaping them up', () => {
  expect(withNotes(withNotes(text, ['first']), ['second'])).toBe(`#! second\n${text}`);
});

it('leaves a document without notes as it is', () => {
  expect(withoutNotes(text)).toBe(text);
  expect(withoutNotes('')).toBe('');
});
