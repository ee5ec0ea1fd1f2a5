import type { Clock, Steps } from '@waystation/core';

/** How work is cut. */
export interface SlicedWorkOptions {
  /** After so long, in ms, everything else has its turn. Default 2. */
  readonly sliceMs?: number;
}

interface Piece {
  readonly steps: Steps<void>;
  readonly onFailed: (error: unknown) => void;
}

/** Does one piece of work after the other, a slice at a time, so that messages never wait for all of it. */
export class SlicedWork {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  readonly #queue: Piece[] = [];
  #running = false;
  #next: NodeJS.Immediate | undefined;
  #waiting: (() => void)[] = [];

  constructor({ clock }: { readonly clock: Clock }, { sliceMs = 2 }: SlicedWorkOptions = {}) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
  }

  /**
   * Begins at once where nothing else is under way: what takes less than a slice is done when this returns. Work that
   * throws is dropped and told of; what comes after it is done all the same.
   */
  add(steps: Steps<void>, onFailed: (error: unknown) => void): void {
    this.#queue.push({ steps, onFailed });
    if (this.#running || this.#next !== undefined) return;
    if (this.#run()) return;
    // What brought the work has had its part of this turn: the second slice waits for the next.
    this.#next = setImmediate(() => {
      this.#goOn();
    });
  }

  /** Waits until nothing is left to do. */
  async settled(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Drops what is not done yet. */
  stop(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
    this.#queue.length = 0;
    this.#tell();
  }

  #goOn(): void {
    this.#next = setImmediate(() => {
      this.#next = undefined;
      if (!this.#run()) this.#goOn();
    });
  }

  /** Works for a slice; false: there is more to do. */
  #run(): boolean {
    const end = this.#clock.now() + this.#sliceMs;
    this.#running = true;
    let more;
    do more = this.#step();
    while (more && this.#clock.now() < end);
    this.#running = false;
    if (more) return false;
    this.#tell();
    return true;
  }

  /** One step of the first piece; false: there is none. */
  #step(): boolean {
    const piece = this.#queue[0];
    if (piece === undefined) return false;
    try {
      if (piece.steps.next().done === true) this.#queue.shift();
    } catch (error) {
      this.#queue.shift();
      piece.onFailed(error);
    }
    return true;
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
