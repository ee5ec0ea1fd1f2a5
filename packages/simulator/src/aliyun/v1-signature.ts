import { createHmac } from 'node:crypto';
import type { AliyunRequest } from './aliyun-request.ts';
import type { Claim } from './claim.ts';
import { canonicalQuery, percentEncode } from './percent-encode.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';

const REQUIRED = [
  'AccessKeyId',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
  'Signature',
] as const;

/**
 * Reads the credential of a parameter-signed request (signature version 1): query and form parameters together,
 * `Signature` left out, sorted. Source: "RPC签名机制", help.aliyun.com/zh/sdk/product-overview/rpc-mechanism.
 */
export function readV1Claim(request: AliyunRequest): Claim | Refusal {
  const { parameters, raw } = request;
  for (const name of REQUIRED) {
    if (parameters.get(name) === undefined || parameters.get(name) === '') return missing(name);
  }
  const given = (name: (typeof REQUIRED)[number]): string => parameters.get(name) ?? '';
  if (given('SignatureMethod') !== 'HMAC-SHA1') {
    return refuse('InvalidSignatureMethod', 'Specified parameter SignatureMethod is not valid.');
  }
  if (given('SignatureVersion') !== '1.0') {
    return refuse('InvalidSignatureVersion', 'Specified parameter SignatureVersion is not valid.');
  }
  const signed = [...parameters].filter(([name]) => name !== 'Signature');
  const stringToSign = `${raw.method}&${percentEncode('/')}&${percentEncode(canonicalQuery(signed))}`;
  const token = parameters.get('SecurityToken');
  return {
    accessKeyId: given('AccessKeyId'),
    nonce: given('SignatureNonce'),
    timestamp: given('Timestamp'),
    ...(token === undefined ? {} : { securityToken: token }),
    signature: given('Signature'),
    sign: (secret) => createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64'),
    stringToSign,
  };
}
