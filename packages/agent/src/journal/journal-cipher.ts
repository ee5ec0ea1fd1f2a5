import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomFillSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KeyedHash } from '../digest/keyed-hash.ts';

const ivBytes = 12;
const tagBytes = 16;
/** How much longer what is sealed is than what it was made of. */
export const sealBytes = ivBytes + tagBytes;
/** Chance is drawn for so many texts at once: one by one, drawing costs as much as sealing. */
const ivsAtOnce = 256;

/** Seals what the journal writes (AES-256-GCM) and names things without telling what they are (HMAC-SHA256). */
export class JournalCipher {
  readonly #sealing: KeyObject;
  readonly #naming: KeyedHash;
  readonly #ivs = Buffer.alloc(ivBytes * ivsAtOnce);
  /** Where in `#ivs` the next one begins that nothing was sealed with. */
  #nextIv = this.#ivs.length;

  /** `secret` has at least 32 bytes of chance; both keys are drawn from it. */
  constructor(secret: Buffer) {
    const draw = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, '', `waystation journal ${use}`, 32));
    this.#sealing = createSecretKey(draw('sealing'));
    this.#naming = new KeyedHash(draw('naming'));
  }

  /** `name` is bound to the content: what was sealed under one name does not open under another. */
  seal(name: string, content: Uint8Array): Buffer {
    const iv = this.#newIv();
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, iv).setAAD(Buffer.from(name));
    return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined where another key sealed it, or the bytes were damaged. */
  open(name: string, bytes: Uint8Array): Buffer | undefined {
    if (bytes.length < sealBytes) return undefined;
    const iv = bytes.subarray(0, ivBytes);
    const body = bytes.subarray(ivBytes, bytes.length - tagBytes);
    const tag = bytes.subarray(bytes.length - tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, iv, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  /** A name for `text` of this `use` that tells nothing of it. */
  nameOf(use: 'key' | 'payload' | 'check', text: string): string {
    return this.#naming.of(`${use}\0${text}`);
  }

  /** Of chance, and never used before. */
  #newIv(): Buffer {
    if (this.#nextIv === this.#ivs.length) {
      randomFillSync(this.#ivs);
      this.#nextIv = 0;
    }
    const iv = this.#ivs.subarray(this.#nextIv, this.#nextIv + ivBytes);
    this.#nextIv += ivBytes;
    return iv;
  }
}
