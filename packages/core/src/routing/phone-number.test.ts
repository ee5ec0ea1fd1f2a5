import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxPhoneNumbers, parsePhoneNumbers, toE164 } from './phone-number.ts';

describe('toE164', () => {
  it.each([
    ['13800138000', '+8613800138000'],
    ['19912345678', '+8619912345678'],
    ['8613800138000', '+8613800138000'],
    ['+8613800138000', '+8613800138000'],
    ['008613800138000', '+8613800138000'],
    ['85251234567', '+85251234567'],
    ['+12025550123', '+12025550123'],
    ['0012025550123', '+12025550123'],
    // Eleven digits, but no mainland prefix: country code 1 and a number.
    ['12025550123', '+12025550123'],
    ['6591234567', '+6591234567'],
  ])('reads %s as %s', (text, expected) => {
    expect(toE164(text)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '+',
    '00',
    '0',
    '013800138000',
    '+013800138000',
    '00013800138000',
    '++8613800138000',
    '+00 8613800138000',
    '138 0013 8000',
    '138-0013-8000',
    ' 13800138000',
    '13800138000 ',
    '13800138000\n',
    'abc',
    '1380013800O',
    '１３８００１３８０００',
    '123456',
    '1234567890123456',
    '+1234567890123456',
    '1e10',
    '-13800138000',
    '13800138000.0',
  ])('refuses %j', (text) => {
    expect(toE164(text)).toBeUndefined();
  });

  it('gives a form that reads as itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\+|00)?[1-9]\d{6,14}$/), (text) => {
        const number = toE164(text);
        expect(number).toMatch(/^\+[1-9]\d{6,14}$/);
        expect(toE164(number ?? '')).toBe(number);
        expect(toE164((number ?? '').replace('+', '00'))).toBe(number);
      }),
    );
  });
});

describe('parsePhoneNumbers', () => {
  it('splits a string at its commas, and drops what repeats an earlier number', () => {
    expect(parsePhoneNumbers('13800138000,+8613900139000,8613800138000')).toEqual({
      ok: true,
      phoneNumbers: ['13800138000', '+8613900139000'],
      e164: ['+8613800138000', '+8613900139000'],
    });
  });

  it('keeps the order and the spelling of a list', () => {
    expect(parsePhoneNumbers(['85251234567', '13800138000'])).toEqual({
      ok: true,
      phoneNumbers: ['85251234567', '13800138000'],
      e164: ['+85251234567', '+8613800138000'],
    });
  });

  it.each([
    ['an empty string', '', 0, 'got nothing'],
    ['an empty place', '13800138000,,13900139000', 1, 'got nothing'],
    ['a comma at the end', '13800138000,', 1, 'got nothing'],
    ['letters', ['13800138000', 'hello'], 1, 'got 5 characters with letters'],
    ['blanks', ['138 0013 8000'], 0, 'got 13 characters with blanks'],
    ['signs', ['138-0013-8000'], 0, 'got 13 characters with other signs than digits'],
    ['too few digits', ['12345'], 0, 'got 5 digits'],
    ['too many digits', ['+1234567890123456'], 0, 'got 16 digits'],
    ['a comma inside a list', ['13800138000,13900139000'], 0, 'with other signs than digits'],
  ])('names the index of %s', (_, input, index, words) => {
    const read = parsePhoneNumbers(input);
    expect(read).toMatchObject({ ok: false, index });
    expect(read.ok ? '' : read.reason).toContain(words);
  });

  it('never repeats a number in a refusal', () => {
    const read = parsePhoneNumbers(['13800138000x']);
    expect(JSON.stringify(read)).not.toContain('138');
  });

  it('takes a thousand numbers and no more, and at least one', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(13800000000 + n));
    expect(parsePhoneNumbers(numbers(maxPhoneNumbers)).ok).toBe(true);
    expect(parsePhoneNumbers(numbers(maxPhoneNumbers + 1))).toEqual({
      ok: false,
      reason: 'must hold at most 1000 numbers, got 1001',
    });
    expect(parsePhoneNumbers([])).toEqual({ ok: false, reason: 'must hold at least one number' });
  });
});
