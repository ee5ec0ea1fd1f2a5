import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyedHash } from './keyed-hash.ts';

it('gives what HMAC-SHA256 gives, for texts and keys of any length that is allowed', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', minLength: 400, maxLength: 3000 }));
  const key = fc.uint8Array({ minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(key, fc.array(text, { minLength: 1, maxLength: 4 }), (secret, texts) => {
      const hash = new KeyedHash(secret);
      for (const one of texts) {
        expect(hash.of(one)).toBe(createHmac('sha256', secret).update(one).digest('base64url'));
      }
    }),
  );
});
