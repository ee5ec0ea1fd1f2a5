import { hash } from 'node:crypto';
import type { KeyedHash } from '../../digest/keyed-hash.ts';
import { percentEncode } from './percent-encode.ts';

/** What a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** As it is sent, by `canonicalQuery`. */
  readonly query: string;
  /** Those that are signed: `host`, `content-type` and `x-acs-*`, in lower case and in the order of their names. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex. */
  readonly bodyDigest: string;
}

const algorithm = 'ACS3-HMAC-SHA256';

/** SHA-256 of a request without a body, in hex. */
export const emptyBodyDigest = digestOf('');

/** SHA-256 of a text in hex. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The query as it is signed, and as it is sent: keys sorted, both sides percent-encoded. */
export function canonicalQuery(query: Readonly<Record<string, string>>): string {
  let text = '';
  const keys = Object.keys(query);
  // Most are written down in order; to sort takes longer than to see it.
  if (!isInOrder(keys)) keys.sort();
  for (const key of keys) {
    text += `${text === '' ? '' : '&'}${percentEncode(key)}=${percentEncode(query[key] ?? '')}`;
  }
  return text;
}

function isInOrder(texts: readonly string[]): boolean {
  let last = '';
  for (const text of texts) {
    if (text < last) return false;
    last = text;
  }
  return true;
}

/**
 * The `Authorization` header of Aliyun's V3 signature for the path `/`
 * (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
 */
export function signAcs3(request: SignedRequest, accessKeyId: string, secret: KeyedHash): string {
  const { method, query, headers, bodyDigest } = request;
  let canonical = `${method}\n/\n${query}\n`;
  let signedHeaders = '';
  for (const name of Object.keys(headers)) {
    canonical += `${name}:${(headers[name] ?? '').trim()}\n`;
    signedHeaders += signedHeaders === '' ? name : `;${name}`;
  }
  canonical += `\n${signedHeaders}\n${bodyDigest}`;
  const signature = secret.of(`${algorithm}\n${digestOf(canonical)}`, 'hex');
  return `${algorithm} Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
