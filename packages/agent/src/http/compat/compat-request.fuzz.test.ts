import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeParameters, legibleParameters } from './form-parameters.ts';
import { isRefusal } from './compat-refusal.ts';
import { readSendSms } from './read-send-sms.ts';

const name = fc.constantFrom('PhoneNumbers', 'SignName', 'TemplateCode', 'TemplateParam', 'OutId');
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('13800138000', '+8613800138000,13900139000', '{"code":"1234"}', '{"code":1}', '[]', 'null'),
  fc.json(),
);

describe('reading a request', () => {
  it('gives back what was encoded, and never throws on what is no encoding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))),
        (pairs) => {
          const encoded = new URLSearchParams(pairs).toString();
          const first = new Map<string, string>();
          for (const [key, text] of pairs) if (!first.has(key)) first.set(key, text);
          const decoded = decodeParameters(encoded, 'query string');
          expect(isRefusal(decoded)).toBe(first.size < pairs.length);
          if (!isRefusal(decoded)) expect([...decoded]).toEqual(pairs);
          expect(first).toEqual(legibleParameters(encoded));
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        decodeParameters(text, 'form body');
        legibleParameters(text);
      }),
    );
  });

  it('ends in a message whose numbers are the caller’s, or in a refusal that repeats nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (given) => {
        const read = readSendSms(new Map(Object.entries(given)));
        if (isRefusal(read)) {
          expect(read.message).not.toMatch(/\d{5,}/);
          return;
        }
        expect(read.phoneNumbers.join(',')).toBe(given['PhoneNumbers']);
        expect(read.e164.length).toBeGreaterThan(0);
        if (read.templateParamText !== undefined) expect(read.templateParamText).toBe(given['TemplateParam']);
      }),
      { numRuns: 2000 },
    );
  });
});
