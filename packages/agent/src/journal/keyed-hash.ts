import { hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;

/**
 * HMAC-SHA256 (RFC 2104) by two digests in one call each. `createHmac` gives the same, by an object with native memory
 * behind it, which costs more to make and to collect than the digests do.
 */
export class KeyedHash {
  /** The padded keys, each with room behind it for what is hashed. */
  #inner = Buffer.alloc(blockBytes + 1024);
  readonly #outer = Buffer.alloc(blockBytes + digestBytes);

  /** `key` has at most 64 bytes. */
  constructor(key: Uint8Array) {
    for (let at = 0; at < blockBytes; at += 1) {
      const byte = key[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** In base64url. */
  of(text: string): string {
    const most = blockBytes + 3 * text.length;
    if (most > this.#inner.length) {
      const longer = Buffer.alloc(most);
      this.#inner.copy(longer, 0, 0, blockBytes);
      this.#inner = longer;
    }
    const end = blockBytes + this.#inner.write(text, blockBytes);
    this.#outer.set(hash('sha256', this.#inner.subarray(0, end), 'buffer'), blockBytes);
    return hash('sha256', this.#outer, 'base64url');
  }
}
