import { hash } from 'node:crypto';
import type { BinaryToTextEncoding } from 'node:crypto';

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

  constructor(key: Uint8Array) {
    const short = key.length > blockBytes ? hash('sha256', key, 'buffer') : key;
    for (let at = 0; at < blockBytes; at += 1) {
      const byte = short[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** The hash of a text. Default: in base64url. */
  of(text: string, encoding: BinaryToTextEncoding = 'base64url'): string {
    const most = blockBytes + 3 * text.length;
    if (most > this.#inner.length) {
      const longer = Buffer.alloc(most);
      this.#inner.copy(longer, 0, 0, blockBytes);
      this.#inner = longer;
    }
    const end = blockBytes + this.#inner.write(text, blockBytes);
    // A text of a character a byte: a buffer would be an object with memory of its own.
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'binary'), blockBytes, 'binary');
    return hash('sha256', this.#outer, encoding);
  }
}
