import { randomUUID } from 'node:crypto';
import type { Clock } from '@waystation/core';
import type { Credential } from '../../credentials/credential.ts';
import { KeyedHash } from '../../digest/keyed-hash.ts';
import type { HttpRequest } from '../transport/http-message.ts';
import { digestOf, emptyBodyDigest, signAcs3 } from './acs3-signature.ts';

/** A pair of keys that signs for an account. */
export type KeyPair = Extract<Credential, { kind: 'aliyun' }>;

/** Up to here parameters go in the query, as official SDKs have them; what is longer would make too long a URL. */
const maxQueryLength = 16_384;

/** Makes the requests of one host: every header that Aliyun wants, signed for this moment. */
export class AliyunSigner {
  readonly #clock: Pick<Clock, 'wallTime'>;
  readonly #host: string;
  /** How far the host's clock is ahead of ours; learnt only when it complains. */
  #clockOffsetMs = 0;
  /** The secret that was last signed with, and its hash. */
  #secret: { readonly text: string; readonly hash: KeyedHash } | undefined;
  /** The second that was last written down, and how. */
  #date = { second: Number.NaN, text: '' };

  constructor(clock: Pick<Clock, 'wallTime'>, host: string) {
    this.#clock = clock;
    this.#host = host;
  }

  /** A request for an action; `parameters` as `canonicalQuery` writes them. */
  sign(action: string, parameters: string, key: KeyPair): HttpRequest {
    const inBody = parameters.length > maxQueryLength;
    const query = inBody ? '' : parameters;
    const bodyDigest = inBody ? digestOf(parameters) : emptyBodyDigest;
    const headers = this.#headers(action, inBody, bodyDigest, key);
    const signed = { method: 'POST', query, headers, bodyDigest };
    const authorization = signAcs3(signed, key.accessKeyId, this.#hashBy(key.accessKeySecret));
    headers['accept'] = 'application/json';
    headers['user-agent'] = 'waystation-agent';
    headers['authorization'] = authorization;
    if (inBody) return { method: 'POST', path: '/', headers, body: parameters };
    return { method: 'POST', path: `/?${parameters}`, headers };
  }

  /** Takes over the host's time; false where the answer does not tell it. */
  learnClock(date: string | undefined): boolean {
    const theirs = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(theirs)) return false;
    this.#clockOffsetMs = theirs - this.#clock.wallTime();
    return true;
  }

  /** What is signed, in the order of the names. Set one by one: copying headers took a third of the signing. */
  #headers(action: string, inBody: boolean, bodyDigest: string, key: KeyPair): Record<string, string> {
    const headers: Record<string, string> = {};
    if (inBody) headers['content-type'] = 'application/x-www-form-urlencoded';
    headers['host'] = this.#host;
    if (key.securityToken !== undefined) headers['x-acs-accesskey-id'] = key.accessKeyId;
    headers['x-acs-action'] = action;
    headers['x-acs-content-sha256'] = bodyDigest;
    headers['x-acs-date'] = this.#now();
    if (key.securityToken !== undefined) headers['x-acs-security-token'] = key.securityToken;
    headers['x-acs-signature-nonce'] = randomUUID();
    headers['x-acs-version'] = '2017-05-25';
    return headers;
  }

  #hashBy(secret: string): KeyedHash {
    if (this.#secret?.text !== secret) {
      this.#secret = { text: secret, hash: new KeyedHash(Buffer.from(secret)) };
    }
    return this.#secret.hash;
  }

  /** The host's time as it is signed: to the second. */
  #now(): string {
    const second = Math.floor((this.#clock.wallTime() + this.#clockOffsetMs) / 1000);
    if (second !== this.#date.second) {
      this.#date = { second, text: `${new Date(second * 1000).toISOString().slice(0, -5)}Z` };
    }
    return this.#date.text;
  }
}
