/** Batches between a stream that pushes and a caller who pulls, up to a limit. */
export class WatchQueue<T> {
  readonly #limit: number;
  #items: T[] = [];
  #end: { readonly error?: Error } | undefined;
  #wake: () => void = () => undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds one; false when the caller is too far behind. */
  push(item: T): boolean {
    if (this.#end !== undefined) return true;
    if (this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    this.#wake();
    return true;
  }

  /** Ends the queue: in peace, or by an error. The first end holds; what was pushed before is still handed out. */
  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** Drops what was not handed out. */
  clear(): void {
    this.#items = [];
  }

  /** Hands out in order until the end. */
  async *drain(): AsyncGenerator<T, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#end?.error !== undefined) throw this.#end.error;
      else if (this.#end !== undefined) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
