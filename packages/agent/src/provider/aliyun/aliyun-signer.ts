import { randomUUID } from 'node:crypto';
import type { Clock } from '@waystation/core';
import type { Credential } from '../../credentials/credential.ts';
import type { HttpRequest } from '../transport/http-message.ts';
import { digestOf, emptyBodyDigest, signAcs3 } from './acs3-signature.ts';

/** A pair of keys that signs for an account. */
export type KeyPair = Extract<Credential, { kind: 'aliyun' }>;

type SignedHeaders = Readonly<Record<string, string>> & { readonly 'x-acs-content-sha256': string };

const version = '2017-05-25';

/** Up to here parameters go in the query, as official SDKs have them; what is longer would make too long a URL. */
const maxQueryLength = 16_384;

/** Makes the requests of one host: every header that Aliyun wants, signed for this moment. */
export class AliyunSigner {
  readonly #clock: Pick<Clock, 'wallTime'>;
  readonly #host: string;
  /** How far the host's clock is ahead of ours; learnt only when it complains. */
  #clockOffsetMs = 0;
  /** The second that was last written down, and how. */
  #date = { second: Number.NaN, text: '' };

  constructor(clock: Pick<Clock, 'wallTime'>, host: string) {
    this.#clock = clock;
    this.#host = host;
  }

  /** A request for an action; `parameters` as `canonicalQuery` writes them. */
  sign(action: string, parameters: string, key: KeyPair): HttpRequest {
    if (parameters.length > maxQueryLength) {
      const bodyDigest = digestOf(parameters);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const headers = this.#sign('', { ...form, ...this.#headers(action, bodyDigest, key) }, key);
      return { method: 'POST', path: '/', headers, body: parameters };
    }
    const headers = this.#sign(parameters, this.#headers(action, emptyBodyDigest, key), key);
    return { method: 'POST', path: `/?${parameters}`, headers };
  }

  /** Takes over the host's time; false where the answer does not tell it. */
  learnClock(date: string | undefined): boolean {
    const theirs = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(theirs)) return false;
    this.#clockOffsetMs = theirs - this.#clock.wallTime();
    return true;
  }

  #sign(query: string, headers: SignedHeaders, key: KeyPair): HttpRequest['headers'] {
    const bodyDigest = headers['x-acs-content-sha256'];
    const signed = { method: 'POST', query, headers, bodyDigest };
    const authorization = signAcs3(signed, key.accessKeyId, key.accessKeySecret);
    return { ...headers, accept: 'application/json', 'user-agent': 'waystation-agent', authorization };
  }

  /** What is signed beside the content's type, in the order of the names. */
  #headers(action: string, bodyDigest: string, { accessKeyId, securityToken }: KeyPair): SignedHeaders {
    const date = this.#now();
    if (securityToken === undefined) {
      return {
        host: this.#host,
        'x-acs-action': action,
        'x-acs-content-sha256': bodyDigest,
        'x-acs-date': date,
        'x-acs-signature-nonce': randomUUID(),
        'x-acs-version': version,
      };
    }
    return {
      host: this.#host,
      'x-acs-accesskey-id': accessKeyId,
      'x-acs-action': action,
      'x-acs-content-sha256': bodyDigest,
      'x-acs-date': date,
      'x-acs-security-token': securityToken,
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-version': version,
    };
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
