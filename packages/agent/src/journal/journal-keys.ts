import { JournalCipher } from './journal-cipher.ts';

/** The key that a journal is written with, and those that it may have been written with before. */
export class JournalKeys {
  readonly #current: JournalCipher;
  readonly #former: readonly JournalCipher[];

  constructor(current: Buffer, former: readonly Buffer[] = []) {
    this.#current = new JournalCipher(current);
    this.#former = former
      .filter((secret) => !secret.equals(current))
      .map((secret) => new JournalCipher(secret));
  }

  /** What tells keys apart and tells nothing of them. */
  get marks(): { readonly current: string; readonly former: readonly string[] } {
    const markOf = (cipher: JournalCipher): string => cipher.nameOf('check', '');
    return { current: markOf(this.#current), former: this.#former.map(markOf) };
  }

  seal(name: string, content: Uint8Array): Buffer {
    return this.#current.seal(name, content);
  }

  /** Undefined where none of the keys sealed it, or the bytes were damaged. */
  open(name: string, sealed: Uint8Array): Buffer | undefined {
    for (const cipher of [this.#current, ...this.#former]) {
      const content = cipher.open(name, sealed);
      if (content !== undefined) return content;
    }
    return undefined;
  }

  /** A name for `text` of this `use` that tells nothing of it: the current key's, then those of former ones. */
  namesOf(use: 'key' | 'payload', text: string): readonly [current: string, ...former: string[]] {
    return [this.#current.nameOf(use, text), ...this.#former.map((cipher) => cipher.nameOf(use, text))];
  }
}
