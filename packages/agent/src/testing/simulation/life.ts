import type { VirtualTime } from './virtual-time.ts';

/** What happens in a process that a crash may come before. */
export type Step =
  | 'journal write'
  | 'journal flushed'
  | 'connected'
  | 'written'
  | 'taken by the provider'
  | 'answer read'
  | 'caller answered';

/** One process from its start to its end; what it waits for when it ends never comes. */
export class Life {
  readonly #time: VirtualTime;
  readonly #onEnd: () => void;
  #left: number;
  #dead = false;
  #next: Step | undefined;

  /** Ends by itself before its step number `endsBefore`; absent: it does not. */
  constructor(time: VirtualTime, onEnd: () => void, endsBefore = Infinity) {
    this.#time = time;
    this.#onEnd = onEnd;
    this.#left = endsBefore;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** What it was about to do last. */
  get next(): Step | undefined {
    return this.#next;
  }

  /** From now on it does not end by itself. */
  spare(): void {
    this.#left = Infinity;
  }

  /** The process ends here and now. */
  end(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#onEnd();
  }

  /** Something happens; false where the process ends before it, or has ended: then `never` is to be awaited. */
  happens(step: Step): boolean {
    if (this.#dead) return false;
    this.#next = step;
    this.#left -= 1;
    if (this.#left > 0) return true;
    this.end();
    return false;
  }

  /** Does something after a while; never, where the process ends before. */
  later(ms: number, run: () => void = () => undefined): Promise<void> {
    return new Promise((resolve) => {
      if (this.#dead) return;
      this.#time.after(ms, () => {
        if (this.#dead) return;
        run();
        resolve();
      });
    });
  }
}

/**
 * What a process waits for that has ended. A new one each time: whoever waits for a promise is kept by it, and one
 * for all would keep every process that ever ended.
 */
export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
