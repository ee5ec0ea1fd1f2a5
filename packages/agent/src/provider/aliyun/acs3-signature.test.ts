import { createHash } from 'node:crypto';
import { OpenApiUtil } from '@alicloud/openapi-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedHash } from '../../digest/keyed-hash.ts';
import { canonicalQuery, emptyBodyDigest, signAcs3 } from './acs3-signature.ts';

const algorithm = 'ACS3-HMAC-SHA256';
const charactersOf = (text: string): string[] => Array.from(text);
/** What texts are really made of, and what encoders stumble over. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(...charactersOf(`*'()!~ +%&=\n/?#:,;@$[]{}"\\^|<>·驿站😀é`)),
    maxLength: 40,
  }),
);
/** Parameters are named by the API: the official package does not even encode their names. */
const name = fc.string({
  unit: fc.constantFrom(...charactersOf('abyzABYZ019.')),
  minLength: 1,
  maxLength: 12,
});
const query = fc.dictionary(name, text, { maxKeys: 8, noNullPrototype: true });
const headerValue = fc.string({ unit: fc.constantFrom(...charactersOf('abzAZ019 -_.:;/=+')), maxLength: 30 });
const headers = fc.record(
  {
    host: headerValue,
    'x-acs-action': headerValue,
    'x-acs-date': headerValue,
    'x-acs-security-token': headerValue,
    'x-acs-version': headerValue,
    'content-type': headerValue,
    accept: headerValue,
  },
  { noNullPrototype: true },
);
const secret = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });

/** The headers that are signed, by name. */
function inOrder(headers: Readonly<Record<string, string>>): Record<string, string> {
  const signed = Object.entries(headers).filter(([header]) => header !== 'accept');
  return Object.fromEntries(signed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('signAcs3', () => {
  it('is byte for byte the signature of the official package', () => {
    fc.assert(
      fc.property(query, headers, secret, secret, (parameters, signed, id, key) => {
        const own = signAcs3(
          {
            method: 'POST',
            query: canonicalQuery(parameters),
            headers: inOrder(signed),
            bodyDigest: emptyBodyDigest,
          },
          id,
          new KeyedHash(Buffer.from(key)),
        );
        const request = { method: 'POST', pathname: '/', query: parameters, headers: signed };
        const official = OpenApiUtil.getAuthorization(
          request as unknown as Parameters<typeof OpenApiUtil.getAuthorization>[0],
          algorithm,
          emptyBodyDigest,
          id,
          key,
        );
        expect(own).toBe(official);
      }),
      { numRuns: 500 },
    );
  });

  it('knows the digest of nothing', () => {
    expect(emptyBodyDigest).toBe(createHash('sha256').digest('hex'));
  });
});

describe('canonicalQuery', () => {
  it('encodes what encodeURIComponent leaves out, and lone surrogates as U+FFFD', () => {
    expect(canonicalQuery({ b: "a b*'()!~+\n", a: '驿\ud800' })).toBe(
      'a=%E9%A9%BF%EF%BF%BD&b=a%20b%2A%27%28%29%21~%2B%0A',
    );
  });
});
