import type { Clock, Instant } from '@waystation/core';

interface Waiting {
  readonly due: Instant;
  readonly tell: () => void;
}

/** Refusals follow each other, so many ms apart: a refusal takes some 0.04 ms, so that all take 4 % of a core at most. */
const apartMs = 1;
/** So far ahead of their pace refusals may be, in ms: a few are told at once. */
const aheadMs = 25;
/** No refusal waits longer, in ms: as long as one on each connection that the port has, and a little more. */
const longestWaitMs = 5000;

/**
 * When refusals are told. Who is refused at once asks again at once, and to refuse costs a quarter of what a send
 * does: beyond a few, each refusal waits for its turn, and its connection asks nothing meanwhile.
 */
export class RefusalPace {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #queue: Waiting[] = [];
  #head = 0;
  #lastDue: Instant = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /**
   * Calls `tell` when a refusal may be told, perhaps at once; false, and no call, where too many wait already for it
   * to be told until `by`.
   */
  take(tell: () => void, by = Number.POSITIVE_INFINITY): boolean {
    const now = this.#clock.now();
    const due = Math.max(now, this.#lastDue + apartMs);
    if (due - now > longestWaitMs) return false;
    if (due - aheadMs > Math.max(now, by)) return false;
    this.#lastDue = due;
    if (due - now <= aheadMs) tell();
    else {
      this.#queue.push({ due: due - aheadMs, tell });
      this.#timer ??= this.#wakeIn(due - aheadMs - now);
    }
    return true;
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const now = this.#clock.now();
      this.#release(now);
      const next = this.#queue[this.#head];
      this.#timer = next === undefined ? undefined : this.#wakeIn(next.due - now);
    }, ms);
  }

  #release(now: Instant): void {
    for (let next = this.#queue[this.#head]; next !== undefined && next.due <= now;) {
      next.tell();
      next = this.#queue[(this.#head += 1)];
    }
    if (this.#head * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}
