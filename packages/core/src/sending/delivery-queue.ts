import type { Instant, Random } from '../clock.ts';

/** A message that waits to be sent, by its place in the journal. */
export interface Delivery {
  readonly id: string;
  /** The journal entry's name. */
  readonly name: string;
  /** When its text must have gone out, in wall-clock ms. */
  readonly deliverBy: number;
  /** How often it was tried in vain since it came into the queue. */
  readonly tries: number;
}

/** What is to be done now. */
export type DeliveryTask =
  | { readonly kind: 'send' | 'expire'; readonly delivery: Delivery }
  /** Nothing before `until`; absent: nothing waits. */
  | { readonly kind: 'wait'; readonly until?: Instant };

/** The last attempt of a message starts at least this long before its time, so that its answer may still come. */
export const lastStartMs = 2000;
/** Sends a second where no channel of the message says how many it takes. */
export const deliveriesPerSecond = 5;
/** The share of what a channel takes that waiting messages may use up. */
export const deliveryShare = 0.1;

const backOff = { firstMs: 1000, longestMs: 60_000 } as const;
/** How long before the end the last try of a message comes that would have waited beyond it. */
const beforeEndMs = 500;

interface Waiting {
  readonly delivery: Delivery;
  readonly notBefore: Instant;
}

/** Messages that wait for better times: the one whose time is up first comes first, at a pace. */
export class DeliveryQueue {
  /** By `deliverBy`. */
  readonly #waiting: Waiting[] = [];
  #freeAt: Instant = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#waiting.length;
  }

  /** The earliest `deliverBy`. */
  get earliest(): number | undefined {
    return this.#waiting[0]?.delivery.deliverBy;
  }

  /** Takes up a message that may be tried at once. */
  add(delivery: Delivery, at: Instant): void {
    this.#insert({ delivery, notBefore: at });
  }

  /** Takes a message back that was tried in vain; it waits with exponential back-off, or as long as it was told. */
  addAgain(delivery: Delivery, { at, wallTime, retryAfterMs, random }: DeliveryRetry): void {
    const tries = delivery.tries + 1;
    const delay = Math.min(backOff.longestMs, backOff.firstMs * 2 ** Math.min(tries - 1, 10));
    const wait = Math.max(delay * (0.5 + random() / 2), Math.min(retryAfterMs, backOff.longestMs));
    const last = delivery.deliverBy - lastStartMs - beforeEndMs - wallTime;
    this.#insert({
      delivery: { ...delivery, tries },
      notBefore: at + (last > 0 ? Math.min(wait, last) : wait),
    });
  }

  /** What is to be done now; a message that is to be sent or has expired leaves the queue. */
  next(at: Instant, wallTime: number): DeliveryTask {
    const [first] = this.#waiting;
    if (first === undefined) return { kind: 'wait' };
    if (isOver(first.delivery, wallTime)) {
      this.#waiting.shift();
      return { kind: 'expire', delivery: first.delivery };
    }
    // When it will be too late for the first.
    const ends = at + first.delivery.deliverBy - lastStartMs - wallTime + 1;
    if (at < this.#freeAt) return { kind: 'wait', until: Math.min(ends, this.#freeAt) };
    const index = this.#waiting.findIndex(({ notBefore }) => notBefore <= at);
    const due = this.#waiting[index];
    if (due === undefined) {
      const soonest = this.#waiting.reduce((least, { notBefore }) => Math.min(least, notBefore), ends);
      return { kind: 'wait', until: soonest };
    }
    this.#waiting.splice(index, 1);
    return { kind: 'send', delivery: due.delivery };
  }

  /** One was sent at `at`, of a kind that may be sent `perSecond` times. */
  spend(at: Instant, perSecond: number): void {
    this.#freeAt = at + 1000 / perSecond;
  }

  #insert(one: Waiting): void {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle];
      if (other !== undefined && other.delivery.deliverBy <= one.delivery.deliverBy) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, one);
  }
}

/** When a message was tried in vain, and how long it was told to wait. */
export interface DeliveryRetry {
  readonly at: Instant;
  readonly wallTime: number;
  readonly retryAfterMs: number;
  readonly random: Random;
}

/** Whether it is too late to start another attempt. */
export function isOver({ deliverBy }: Pick<Delivery, 'deliverBy'>, wallTime: number): boolean {
  return wallTime > deliverBy - lastStartMs;
}
