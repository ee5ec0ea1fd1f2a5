import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyedHash } from './keyed-hash.ts';

it('gives what HMAC-SHA256 gives, for texts and keys of any length', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', minLength: 400, maxLength: 3000 }));
  const key = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(key, fc.array(text, { minLength: 1, maxLength: 4 }), (secret, texts) => {
      const hash = new KeyedHash(secret);
      for (const one of texts) {
        const expected = createHmac('sha256', secret).update(one).digest();
        expect(hash.of(one)).toBe(expected.toString('base64url'));
        expect(hash.of(one, 'hex')).toBe(expected.toString('hex'));
      }
    }),
  );
});
