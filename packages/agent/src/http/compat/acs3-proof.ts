import { createHash, createHmac } from 'node:crypto';
import { canonicalQuery } from '../../provider/aliyun/acs3-signature.ts';
import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { CompatRequest } from './compat-request.ts';
import type { Proof } from './proof.ts';

const algorithm = 'ACS3-HMAC-SHA256';
const authorizationShape =
  /^(\S+)\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]*)\s*,\s*Signature=([0-9a-fA-F]+)\s*$/;

/**
 * Reads the proof of a header-signed request
 * (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
 */
export function readAcs3Proof(request: CompatRequest): Proof | CompatRefusal {
  const { headers } = request;
  const parts = authorizationShape.exec(headers['authorization'] ?? '');
  if (parts === null) return refuse('IncompleteSignature');
  const [, given = '', accessKeyId = '', list = '', signature = ''] = parts;
  if (given !== algorithm) {
    return refuse('IncompleteSignature', `The signature algorithm must be ${algorithm}.`);
  }
  const signed = list.split(';').sort();
  // What is present and unsigned could be changed on the way unnoticed.
  const due = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-acs-'))];
  const unsigned = due.filter((name) => !signed.includes(name));
  if (unsigned.length > 0) {
    return refuse(
      'IncompleteSignature',
      `These headers must be signed: ${unsigned.join(', ').slice(0, 200)}.`,
    );
  }
  const timestamp = headers['x-acs-date'] ?? '';
  if (timestamp === '') return missing('Timestamp');
  if ((headers['x-acs-signature-nonce'] ?? '') === '') return missing('SignatureNonce');
  const canonical = [
    request.method,
    '/',
    canonicalQuery(Object.fromEntries(request.query)),
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    signed.join(';'),
    // Computed from the body itself, never taken from the header that names it.
    sha256(request.body),
  ].join('\n');
  return {
    accessKeyId,
    timestamp,
    signature: signature.toLowerCase(),
    sign: (secret) =>
      createHmac('sha256', secret)
        .update(`${algorithm}\n${sha256(canonical)}`)
        .digest('hex'),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
