import type { Clock, Instant } from '@waystation/core';

/** What a piece of work gave, and whether a repeat is answered with it; otherwise a repeat works anew. */
export interface Worked<T> {
  readonly value: T;
  readonly keep: boolean;
}

/** Bounds of the memory. */
export interface OnceMemoryOptions {
  readonly keptMs: number;
  /** Finished work at most; beyond it the oldest is forgotten. */
  readonly maxKept: number;
}

interface Entry<T> {
  readonly key: string;
  readonly digest: string;
  readonly at: Instant;
  /** What was given, or while it works the promise of it. */
  value: T | Promise<T>;
}

/** Does a piece of work once: who asks for the same again, at once or later, gets what the first got. */
export class OnceMemory<T> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #options: OnceMemoryOptions;
  readonly #entries = new Map<string, Entry<T>>();
  /** Finished work, the oldest at `#head`; a map finds its oldest key only past all that were taken out before it. */
  readonly #finished: Entry<T>[] = [];
  #head = 0;

  constructor(clock: Pick<Clock, 'now'>, options: OnceMemoryOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What stands under the key: the same work, other work, or nothing. */
  find(key: string, digest: string): T | Promise<T> | 'other' | undefined {
    this.#forget();
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return entry.digest === digest ? entry.value : 'other';
  }

  /** Works, and remembers it under the key in place of what stood there. */
  work(key: string, digest: string, work: () => Promise<Worked<T>>): Promise<T> {
    const at = this.#clock.now();
    const value = work().then(
      ({ value, keep }) => {
        if (keep) this.#finished.push(entry);
        else this.#remove(entry);
        // The promise of each would be kept for as long as its value.
        entry.value = value;
        return value;
      },
      (error: unknown) => {
        this.#remove(entry);
        throw error;
      },
    );
    const entry: Entry<T> = { key, digest, at, value };
    this.#entries.set(key, entry);
    return value;
  }

  /** Work under way is bounded by the connections that wait for it, and stays. */
  #forget(): void {
    const { keptMs, maxKept } = this.#options;
    const before = this.#clock.now() - keptMs;
    for (let oldest = this.#finished[this.#head]; oldest !== undefined; oldest = this.#finished[this.#head]) {
      if (oldest.at > before && this.#entries.size <= maxKept) break;
      this.#remove(oldest);
      this.#head += 1;
    }
    if (this.#head * 2 <= this.#finished.length) return;
    this.#finished.splice(0, this.#head);
    this.#head = 0;
  }

  #remove(entry: Entry<T>): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }
}
