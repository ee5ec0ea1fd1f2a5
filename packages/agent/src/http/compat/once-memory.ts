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
  readonly digest: string;
  readonly at: Instant;
  readonly value: Promise<T>;
  running: boolean;
}

/** Does a piece of work once: who asks for the same again, at once or later, gets what the first got. */
export class OnceMemory<T> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #options: OnceMemoryOptions;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Pick<Clock, 'now'>, options: OnceMemoryOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What stands under the key: the same work, other work, or nothing. */
  find(key: string, digest: string): Promise<T> | 'other' | undefined {
    this.#forget();
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return entry.digest === digest ? entry.value : 'other';
  }

  /** Works, and remembers it under the key in place of what stood there. */
  async work(key: string, digest: string, work: () => Promise<Worked<T>>): Promise<T> {
    const worked = work();
    const value = worked.then((done) => done.value);
    const entry: Entry<T> = { digest, at: this.#clock.now(), value, running: true };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const keep = await worked.then(
      (done) => done.keep,
      () => false,
    );
    entry.running = false;
    if (!keep && this.#entries.get(key) === entry) this.#entries.delete(key);
    this.#forget();
    return value;
  }

  #forget(): void {
    const before = this.#clock.now() - this.#options.keptMs;
    for (const [key, entry] of this.#entries) {
      if (entry.at > before && this.#entries.size <= this.#options.maxKept) return;
      // Work under way is bounded by the connections that wait for it.
      if (!entry.running) this.#entries.delete(key);
    }
  }
}
