import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../listener/raw-request.ts';
import { readAcs3Claim } from './acs3-signature.ts';
import { readAliyunRequest } from './aliyun-request.ts';
import type { Claim } from './claim.ts';
import type { Refusal } from './refusal.ts';
import { readV1Claim } from './v1-signature.ts';

// The worked examples of the provider's own documents: neither client nor simulator had a hand in them.

const ACS3: RawRequest = {
  method: 'POST',
  path: '/',
  query: 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
  headers: {
    host: 'ecs.cn-shanghai.aliyuncs.com',
    'x-acs-action': 'RunInstances',
    'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-acs-date': '2023-10-26T10:22:32Z',
    'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
    'x-acs-version': '2014-05-26',
    authorization:
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  },
  body: Buffer.alloc(0),
};

const V1: RawRequest = {
  method: 'GET',
  path: '/',
  query:
    'SignatureVersion=1.0&Action=DescribeRegions&Format=XML&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&AccessKeyId=testid&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D&SignatureMethod=HMAC-SHA1&Timestamp=2016-02-23T12%3A46%3A24Z',
  headers: {},
  body: Buffer.alloc(0),
};

function claimOf(result: Claim | Refusal): Claim {
  if ('code' in result) throw new Error(result.code);
  return result;
}

function verifies(raw: RawRequest, secret: string): boolean {
  const request = readAliyunRequest(raw);
  const claim = claimOf(request.dialect === 'acs3' ? readAcs3Claim(request) : readV1Claim(request));
  return claim.sign(secret) === claim.signature;
}

function acs3With(headers: Record<string, string | undefined>, more: Partial<RawRequest> = {}): RawRequest {
  const all = Object.entries({ ...ACS3.headers, ...headers });
  const given = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...ACS3, headers: Object.fromEntries(given), ...more };
}

describe('signature version 3', () => {
  it('verifies the documented example', () => {
    expect(verifies(ACS3, 'YourAccessKeySecret')).toBe(true);
    expect(verifies(ACS3, 'AnotherSecret')).toBe(false);
  });

  it.each([
    ['a parameter', acs3With({}, { query: ACS3.query.replace('shanghai', 'beijing') })],
    ['a parameter more', acs3With({}, { query: `${ACS3.query}&A=` })],
    ['the body', acs3With({}, { body: Buffer.from('x') })],
    ['the method', acs3With({}, { method: 'GET' })],
    ['the path', acs3With({}, { path: '/x' })],
    ['the host', acs3With({ host: 'ecs.cn-beijing.aliyuncs.com' })],
    ['the action', acs3With({ 'x-acs-action': 'DeleteInstances' })],
    ['the time', acs3With({ 'x-acs-date': '2023-10-26T10:22:33Z' })],
  ])('notices that %s was changed', (_, raw) => {
    expect(verifies(raw, 'YourAccessKeySecret')).toBe(false);
  });

  it.each([
    ['a header that is not signed', { 'x-acs-security-token': 't' }, 'IncompleteSignature'],
    [
      'another algorithm',
      { authorization: ACS3.headers['authorization']?.replace('SHA256', 'SM3') },
      'IncompleteSignature',
    ],
    ['half an authorization', { authorization: 'ACS3-HMAC-SHA256 Credential=x' }, 'IncompleteSignature'],
    ['no time', { 'x-acs-date': undefined }, 'MissingTimestamp'],
    ['no nonce', { 'x-acs-signature-nonce': undefined }, 'MissingSignatureNonce'],
    ['no hash of the body', { 'x-acs-content-sha256': undefined }, 'MissingContentSha256'],
  ])('refuses %s', (_, headers, code) => {
    expect(readAcs3Claim(readAliyunRequest(acs3With(headers)))).toMatchObject({ code, status: 400 });
  });
});

describe('signature version 1', () => {
  it('verifies the documented example', () => {
    expect(verifies(V1, 'testsecret')).toBe(true);
    expect(verifies(V1, 'secret')).toBe(false);
  });

  it('counts parameters of query and body alike', () => {
    const [first = '', ...rest] = V1.query.split('&');
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const split = { ...V1, query: rest.join('&'), headers, body: Buffer.from(first) };
    expect(verifies(split, 'testsecret')).toBe(true);
  });

  it('notices a parameter more, even an empty one', () => {
    expect(verifies({ ...V1, query: `${V1.query}&SignatureType=` }, 'testsecret')).toBe(false);
  });
});
