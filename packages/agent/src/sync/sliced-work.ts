import type { Clock, Steps } from '@waystation/core';

/** How work is cut. */
export interface SlicedWorkOptions {
  /** After so long, in ms, everything else has its turn. Default 2. */
  readonly sliceMs?: number;
}

/** Does one piece of work after the other, a slice at a time, so that messages never wait for all of it. */
export class SlicedWork {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  readonly #queue: Steps<void>[] = [];
  #running = false;
  #next: NodeJS.Immediate | undefined;
  #waiting: (() => void)[] = [];

  constructor({ clock }: { readonly clock: Clock }, { sliceMs = 2 }: SlicedWorkOptions = {}) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
  }

  /** Begins at once where nothing else is under way: what takes less than a slice is done when this returns. */
  add(steps: Steps<void>): void {
    this.#queue.push(steps);
    if (!this.#running && this.#next === undefined) this.#run();
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

  #run(): void {
    this.#running = true;
    this.#next = undefined;
    try {
      this.#runSlice();
    } finally {
      this.#running = false;
    }
  }

  #runSlice(): void {
    const end = this.#clock.now() + this.#sliceMs;
    for (let steps = this.#queue[0]; steps !== undefined; steps = this.#queue[0]) {
      if (steps.next().done === true) this.#queue.shift();
      else if (this.#clock.now() >= end) {
        this.#next = setImmediate(() => {
          this.#run();
        });
        return;
      }
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
