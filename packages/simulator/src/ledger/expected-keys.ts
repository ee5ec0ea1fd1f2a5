/** OutIds that callers say must have reached a phone, until they are cleared. */
export class ExpectedKeys {
  #keys = new Set<string>();

  /** Adds some, and returns how many are expected now. */
  add(keys: Iterable<string>): number {
    for (const key of keys) this.#keys.add(key);
    return this.#keys.size;
  }

  /** All of them. */
  all(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Expects nothing any more. */
  clear(): void {
    this.#keys = new Set();
  }
}
