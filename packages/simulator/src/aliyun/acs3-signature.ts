import { createHash, createHmac } from 'node:crypto';
import type { AliyunRequest } from './aliyun-request.ts';
import { canonicalQuery } from './percent-encode.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';
import type { Claim } from './claim.ts';

const ALGORITHM = 'ACS3-HMAC-SHA256';
const AUTHORIZATION =
  /^(\S+)\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]*)\s*,\s*Signature=([0-9a-fA-F]+)\s*$/;

/**
 * Reads the credential of a header-signed request (signature version 3).
 * Source: "V3版本请求体&签名机制", help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature.
 */
export function readAcs3Claim(request: AliyunRequest): Claim | Refusal {
  const { headers } = request.raw;
  const parts = AUTHORIZATION.exec(headers['authorization'] ?? '');
  if (parts === null) return refuse('IncompleteSignature');
  const [, algorithm = '', accessKeyId = '', signedList = '', signature = ''] = parts;
  if (algorithm !== ALGORITHM) {
    return refuse('IncompleteSignature', `The signature algorithm ${algorithm} is not supported.`);
  }
  const signed = signedList.split(';');
  // "Every public header that is present must be signed": otherwise a proxy could change it unnoticed.
  const due = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-acs-'))];
  const unsigned = due.filter((name) => !signed.includes(name));
  if (unsigned.length > 0) {
    return refuse('IncompleteSignature', `These headers must be signed: ${unsigned.join(', ')}.`);
  }
  const timestamp = headers['x-acs-date'];
  const nonce = headers['x-acs-signature-nonce'];
  if (timestamp === undefined) return missing('Timestamp');
  if (nonce === undefined || nonce === '') return missing('SignatureNonce');
  if (headers['x-acs-content-sha256'] === undefined) return missing('ContentSha256');
  const canonical = canonicalRequest(request, signed);
  const token = headers['x-acs-security-token'];
  return {
    accessKeyId,
    nonce,
    timestamp,
    ...(token === undefined ? {} : { securityToken: token }),
    signature: signature.toLowerCase(),
    sign: (secret) =>
      createHmac('sha256', secret)
        .update(`${ALGORITHM}\n${sha256(canonical)}`)
        .digest('hex'),
    stringToSign: canonical,
  };
}

/** The text whose hash is signed; the body's hash is computed here, never taken from the header. */
function canonicalRequest(request: AliyunRequest, signed: readonly string[]): string {
  const { raw } = request;
  const headerLines = [...signed].sort().map((name) => `${name}:${(raw.headers[name] ?? '').trim()}\n`);
  return [
    raw.method,
    raw.path,
    canonicalQuery(request.query),
    headerLines.join(''),
    [...signed].sort().join(';'),
    sha256(raw.body),
  ].join('\n');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
