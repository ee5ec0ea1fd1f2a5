import { createHash } from 'node:crypto';
import { OpenApiUtil } from '@alicloud/openapi-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuery } from './acs3-signature.ts';
import { AliyunSigner } from './aliyun-signer.ts';

const keys = fc.record(
  {
    kind: fc.constant('aliyun' as const),
    accessKeyId: fc.string({ unit: fc.constantFrom('a', 'Z', '0', '.'), minLength: 1, maxLength: 20 }),
    accessKeySecret: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
    securityToken: fc.string({ unit: fc.constantFrom('a', 'Z', '0', '/', '+', '='), minLength: 1 }),
  },
  { requiredKeys: ['kind', 'accessKeyId', 'accessKeySecret'], noNullPrototype: true },
);
const parameters = fc.record({
  PhoneNumbers: fc.string({ unit: 'grapheme', maxLength: 30 }),
  // Long ones go in the body.
  TemplateParam: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('0'.repeat(20_000))),
  OutId: fc.string({ unit: 'grapheme' }),
});

describe('AliyunSigner', () => {
  it('signs every header that the official package signs, in the query and in the body, with and without a token', () => {
    fc.assert(
      fc.property(parameters, keys, fc.nat(2 ** 40), (given, key, wallTime) => {
        const signer = new AliyunSigner({ wallTime: () => wallTime }, 'dysmsapi.example.com');
        const { method, path, headers, body } = signer.sign('SendSms', canonicalQuery(given), key);
        const { authorization, ...others } = headers;
        const digest = createHash('sha256')
          .update(body ?? '')
          .digest('hex');
        expect(others['x-acs-content-sha256']).toBe(digest);
        expect(others['x-acs-date']).toBe(new Date(wallTime).toISOString().replace(/\.\d{3}Z$/, 'Z'));
        expect(others['x-acs-security-token']).toBe(key.securityToken);
        expect(path).toBe(body === undefined ? `/?${canonicalQuery(given)}` : '/');
        const query = body === undefined ? given : {};
        const official = OpenApiUtil.getAuthorization(
          { method, pathname: '/', query, headers: others } as unknown as Parameters<
            typeof OpenApiUtil.getAuthorization
          >[0],
          'ACS3-HMAC-SHA256',
          digest,
          key.accessKeyId,
          key.accessKeySecret,
        );
        expect(authorization).toBe(official);
      }),
    );
  });

  it('signs with the secret that it is given, whatever it signed with before', () => {
    fc.assert(
      fc.property(fc.array(keys, { minLength: 2, maxLength: 4 }), (rotated) => {
        const signer = new AliyunSigner({ wallTime: () => 0 }, 'dysmsapi.example.com');
        for (const key of rotated) {
          const { method, headers } = signer.sign('SendSms', '', key);
          const { authorization, ...others } = headers;
          const request = { method, pathname: '/', query: {}, headers: others };
          const official = OpenApiUtil.getAuthorization(
            request as unknown as Parameters<typeof OpenApiUtil.getAuthorization>[0],
            'ACS3-HMAC-SHA256',
            createHash('sha256').digest('hex'),
            key.accessKeyId,
            key.accessKeySecret,
          );
          expect(authorization).toBe(official);
        }
      }),
    );
  });

  it('signs for the host’s time once it has learnt it, and for each second anew', () => {
    let wallTime = Date.parse('2026-01-02T03:04:05.900Z');
    const signer = new AliyunSigner({ wallTime: () => wallTime }, 'dysmsapi.example.com');
    const key = { kind: 'aliyun', accessKeyId: 'id', accessKeySecret: 'secret' } as const;
    const date = () => signer.sign('SendSms', '', key).headers['x-acs-date'];
    expect(date()).toBe('2026-01-02T03:04:05Z');
    wallTime += 100;
    expect(date()).toBe('2026-01-02T03:04:06Z');
    expect(signer.learnClock('Fri, 02 Jan 2026 05:00:00 GMT')).toBe(true);
    expect(date()).toBe('2026-01-02T05:00:00Z');
    expect(signer.learnClock('soon')).toBe(false);
    expect(signer.learnClock(undefined)).toBe(false);
    expect(date()).toBe('2026-01-02T05:00:00Z');
  });

  it('uses no nonce twice', () => {
    const signer = new AliyunSigner({ wallTime: () => 0 }, 'dysmsapi.example.com');
    const key = { kind: 'aliyun', accessKeyId: 'id', accessKeySecret: 'secret' } as const;
    const nonces = Array.from(
      { length: 1000 },
      () => signer.sign('SendSms', '', key).headers['x-acs-signature-nonce'],
    );
    expect(new Set(nonces).size).toBe(1000);
  });
});
