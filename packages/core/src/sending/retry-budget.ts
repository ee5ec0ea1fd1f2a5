import type { Instant } from '../clock.ts';

const windowSeconds = 10;
/** Retries that are always granted, in the whole window. */
const floor = 5 * windowSeconds;

interface Second {
  readonly second: number;
  sends: number;
  retries: number;
}

/** Sends and retries of the last 10 s. Deterministic: time comes in with every call. */
export class RetryBudget {
  /** One for each second that had any, oldest first. */
  readonly #seconds: Second[] = [];

  /** Notes one more message. */
  noteSend(at: Instant): void {
    this.#secondOf(at).sends += 1;
  }

  /** Takes one retry, where one is left: 5 a second are always granted, and `percent` of the sends of the last 10 s. */
  takeRetry(at: Instant, percent: number): boolean {
    const now = this.#secondOf(at);
    let sends = 0;
    let retries = 0;
    for (const each of this.#seconds) {
      sends += each.sends;
      retries += each.retries;
    }
    if (retries >= Math.max(floor, Math.floor((sends * percent) / 100))) return false;
    now.retries += 1;
    return true;
  }

  #secondOf(at: Instant): Second {
    const second = Math.floor(at / 1000);
    const last = this.#seconds.at(-1);
    if (last?.second === second) return last;
    while ((this.#seconds[0]?.second ?? second) <= second - windowSeconds) this.#seconds.shift();
    const begun = { second, sends: 0, retries: 0 };
    this.#seconds.push(begun);
    return begun;
  }
}
