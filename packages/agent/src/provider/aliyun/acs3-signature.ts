import { createHash, createHmac } from 'node:crypto';
import { percentEncode } from './percent-encode.ts';

/** What a signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case; `host`, `content-type` and `x-acs-*` are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex. */
  readonly bodyDigest: string;
}

const algorithm = 'ACS3-HMAC-SHA256';

/** SHA-256 of a request without a body, in hex. */
export const emptyBodyDigest = sha256('');

/** The query as it is signed, and as it is sent: keys sorted, both sides percent-encoded. */
export function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((key) => `${percentEncode(key)}=${percentEncode(query[key] ?? '')}`)
    .join('&');
}

/**
 * The `Authorization` header of Aliyun's V3 signature for the path `/`
 * (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
 */
export function signAcs3(request: SignedRequest, accessKeyId: string, accessKeySecret: string): string {
  const { method, query, headers, bodyDigest } = request;
  const names = Object.keys(headers)
    .filter((name) => name.startsWith('x-acs-') || name === 'host' || name === 'content-type')
    .sort();
  const signedHeaders = names.join(';');
  const canonical = [
    method,
    '/',
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    bodyDigest,
  ].join('\n');
  const signature = createHmac('sha256', accessKeySecret)
    .update(`${algorithm}\n${sha256(canonical)}`)
    .digest('hex');
  return `${algorithm} Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
