import { createHmac } from 'node:crypto';
import { canonicalQuery } from '../../provider/aliyun/acs3-signature.ts';
import { percentEncode } from '../../provider/aliyun/percent-encode.ts';
import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { CompatRequest } from './compat-request.ts';
import type { Proof } from './proof.ts';

const required = [
  'AccessKeyId',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
  'Signature',
] as const;

/**
 * Reads the proof of a parameter-signed request: query and form together, `Signature` left out
 * (help.aliyun.com/zh/sdk/product-overview/rpc-mechanism).
 */
export function readV1Proof({ method, parameters }: CompatRequest): Proof | CompatRefusal {
  const given = (name: (typeof required)[number]): string => parameters.get(name) ?? '';
  const absent = required.find((name) => given(name) === '');
  if (absent !== undefined) return missing(absent);
  if (given('SignatureMethod') !== 'HMAC-SHA1') return refuse('InvalidSignatureMethod');
  if (given('SignatureVersion') !== '1.0') return refuse('InvalidSignatureVersion');
  const signed = Object.fromEntries([...parameters].filter(([name]) => name !== 'Signature'));
  const text = `${method}&${percentEncode('/')}&${percentEncode(canonicalQuery(signed))}`;
  return {
    accessKeyId: given('AccessKeyId'),
    timestamp: given('Timestamp'),
    signature: given('Signature'),
    sign: (secret) => createHmac('sha1', `${secret}&`).update(text).digest('base64'),
  };
}
