const KEPT_MS = 15 * 60_000;
const MAX_KEPT = 2_000_000;

/** The nonces of the last 15 minutes; beyond two million the oldest are forgotten. */
export class Nonces {
  readonly #seen = new Map<string, number>();

  /** Whether a key uses a nonce for the first time; from now on it is used. */
  claim(accessKeyId: string, nonce: string, at: number): boolean {
    const key = `${accessKeyId}\n${nonce}`;
    const before = this.#seen.get(key);
    if (before !== undefined && at - before < KEPT_MS) return false;
    this.#seen.delete(key);
    this.#seen.set(key, at);
    this.#forget(at);
    return true;
  }

  #forget(at: number): void {
    for (const [key, since] of this.#seen) {
      if (at - since < KEPT_MS && this.#seen.size <= MAX_KEPT) return;
      this.#seen.delete(key);
    }
  }
}
