import { describe, expect, it } from 'vitest';
import { parseBatch as parseBatchAt } from './parse-batch.ts';
import { isProblem } from './problem.ts';

const wallTime = Date.UTC(2026, 0, 1);
const parseBatch = (body: string) => parseBatchAt(body, wallTime);

const good = {
  phoneNumbers: ['13800138000', '+6591234567'],
  signNames: ['a', 'b'],
  templateCode: 'T',
  templateParams: [{ code: '1' }, { code: '2' }],
};

describe('a batch', () => {
  it('may name a number twice: those are two texts', () => {
    const read = parseBatch(JSON.stringify({ ...good, phoneNumbers: ['13800138000', '13800138000'] }));
    expect(read).toMatchObject({ message: { e164: ['+8613800138000', '+8613800138000'] } });
  });

  it.each([
    [
      'no numbers',
      { ...good, phoneNumbers: [], signNames: [], templateParams: [] },
      /^phoneNumbers must not be empty, got 0 items/,
    ],
    [
      'too many',
      { ...good, phoneNumbers: Array.from({ length: 101 }, () => '13800138000') },
      /^phoneNumbers must have at most 100 items, got 101 items/,
    ],
    ['a sign too few', { ...good, signNames: ['a'] }, /^signNames must have as many.* 2, got 1/],
    ['parameters too few', { ...good, templateParams: [{}] }, /^templateParams must have as many/],
    ['extensions too many', { ...good, smsUpExtendCodes: ['1', '2', '3'] }, /^smsUpExtendCodes must have/],
    ['a wrong number', { ...good, phoneNumbers: ['13800138000', '12'] }, /^phoneNumbers\[1\] must be/],
    ['an empty sign', { ...good, signNames: ['a', ''] }, /^signNames\[1\] must not be empty/],
    [
      'parameters that are none',
      { ...good, templateParams: [{}, '[4071]'] },
      /^templateParams\[1\] must be an object/,
    ],
    ['a list as one text', { ...good, signNames: 'a' }, /^signNames must be an array/],
    [
      'a time without offset',
      { ...good, deliverBy: '2026-01-01T01:00:00' },
      /^deliverBy must be a time with/,
    ],
    ['an array for the whole', [good], /^the body must be a JSON object, got an array\.$/],
    ['an unknown field', { ...good, signName: 'a' }, /^signName is not a known field/],
  ])('with %s is refused, and says where', (_name, body, words) => {
    const read = parseBatch(JSON.stringify(body));
    expect(isProblem(read) && [read.code, read.detail]).toEqual([
      'REQUEST_INVALID',
      expect.stringMatching(words),
    ]);
    expect(JSON.stringify(read)).not.toMatch(/4071|13800138000/);
  });
});
