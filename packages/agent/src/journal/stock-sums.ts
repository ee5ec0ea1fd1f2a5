import type { EntryPlace } from './entry-place.ts';

/** How many entries there are, and what they take up. */
export class StockSums {
  readonly #count = { open: 0, held: 0, done: 0 };
  readonly #bytes = { unfinished: 0, done: 0 };

  add({ state, bytes }: EntryPlace, times: 1 | -1): void {
    this.#count[state] += times;
    this.#bytes[state === 'done' ? 'done' : 'unfinished'] += times * bytes;
  }

  /** Under way, or of unknown outcome. */
  get unfinished(): number {
    return this.#count.open + this.#count.held;
  }

  get done(): number {
    return this.#count.done;
  }

  get unfinishedBytes(): number {
    return this.#bytes.unfinished;
  }

  get bytes(): number {
    return this.#bytes.unfinished + this.#bytes.done;
  }
}
