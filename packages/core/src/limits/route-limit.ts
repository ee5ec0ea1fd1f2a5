import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';
import { changeRate, newRateBucket, rateWaitMs, takeRate } from './rate-bucket.ts';
import type { RateBucket } from './rate-bucket.ts';

/** What a strategy says of one route's rate. */
export type RouteRule = Strategy['limits']['routes'][string];

/** Whether a message may go by a route. */
export type RouteEntry =
  | { readonly kind: 'go' }
  /** `release` will name its ticket. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'over'; readonly over: RouteRule['over']; readonly retryAfterMs: number };

/** Whose wait is over: those who may go now, and those who would wait in vain. */
export interface Released {
  readonly go: readonly number[];
  readonly over: readonly { readonly ticket: number; readonly retryAfterMs: number }[];
}

interface Waiting {
  /** It was promised to wait no longer than this. */
  readonly until: Instant;
  /** Later than this it must not go at all. */
  readonly latest: Instant;
}

/** More than this never wait for one route, whatever its rule. */
export const maxWaiting = 10_000;

/**
 * The rate of one route, and the messages that wait for their turn in the order they came. Deterministic: time comes
 * in with every call. Nobody waits who could not go in time, by the rate as it is then.
 */
export class RouteLimit {
  #rule: RouteRule;
  #bucket: RateBucket;
  readonly #queue = new Map<number, Waiting>();

  constructor(rule: RouteRule, at: Instant) {
    this.#rule = rule;
    this.#bucket = newRateBucket(rule, at);
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** A message comes that must not go later than `latest`; `ticket` names it as long as it waits. */
  enter(ticket: number, latest: Instant, at: Instant): RouteEntry {
    const { over } = this.#rule;
    const ms = rateWaitMs(this.#bucket, at, this.#queue.size);
    if (ms === 0) {
      this.#bucket = takeRate(this.#bucket, at);
      return { kind: 'go' };
    }
    if (over.kind !== 'wait' || this.#queue.size >= maxWaiting)
      return { kind: 'over', over, retryAfterMs: ms };
    const until = Math.min(at + over.maxMs, latest);
    if (at + ms > until) return { kind: 'over', over, retryAfterMs: ms };
    this.#queue.set(ticket, { until, latest });
    return { kind: 'wait' };
  }

  /** A message that waits has gone away. */
  leave(ticket: number): void {
    this.#queue.delete(ticket);
  }

  /** Another rule from now on. What was counted stays counted; who waits goes on waiting, unless it is in vain now. */
  change(rule: RouteRule, at: Instant): Released {
    this.#rule = rule;
    this.#bucket = changeRate(this.#bucket, rule, at);
    const over: { ticket: number; retryAfterMs: number }[] = [];
    let ahead = 0;
    for (const [ticket, { until }] of this.#queue) {
      const retryAfterMs = rateWaitMs(this.#bucket, at, ahead);
      if (at + retryAfterMs <= until) ahead += 1;
      else {
        this.#queue.delete(ticket);
        over.push({ ticket, retryAfterMs });
      }
    }
    const { go, over: late } = this.release(at);
    return { go, over: [...over, ...late] };
  }

  /** Lets those go whose turn has come. One that is called too late goes nowhere. */
  release(at: Instant): Released {
    const go: number[] = [];
    const over: { ticket: number; retryAfterMs: number }[] = [];
    for (const [ticket, { latest }] of this.#queue) {
      const retryAfterMs = rateWaitMs(this.#bucket, at);
      if (at > latest) over.push({ ticket, retryAfterMs });
      else if (retryAfterMs > 0) break;
      else {
        this.#bucket = takeRate(this.#bucket, at);
        go.push(ticket);
      }
      this.#queue.delete(ticket);
    }
    return { go, over };
  }

  /** When the next turn comes, at or after `at`; undefined: nobody waits. */
  wakeAt(at: Instant): Instant | undefined {
    return this.#queue.size === 0 ? undefined : at + rateWaitMs(this.#bucket, at);
  }
}
