import { RouteLimit } from '@waystation/core';
import type { Clock, Instant, Released, RouteEntry, RouteRule } from '@waystation/core';
import type { CancelSignal } from '../timing/cancel-signal.ts';

/** How a message's turn on a route ended: it goes, is over the limit, or its caller hung up while it waited. */
export type RouteTurn = Exclude<RouteEntry, { kind: 'wait' }> | { readonly kind: 'gone' };

/** One route's limit with its clock: wakes those who wait when their turn comes. */
export class RouteQueue {
  readonly #clock: Clock;
  readonly #limit: RouteLimit;
  readonly #waiting = new Map<number, (turn: RouteTurn) => void>();
  #lastTicket = 0;
  #timer: NodeJS.Timeout | undefined;
  #refused = 0;

  constructor(clock: Clock, rule: RouteRule) {
    this.#clock = clock;
    this.#limit = new RouteLimit(rule, clock.now());
  }

  /** Messages that wait now. */
  get waiting(): number {
    return this.#limit.waiting;
  }

  /** Messages that were over since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** The turn of a message that must not go later than `latest`. */
  enter(latest: Instant, signal: CancelSignal | undefined): RouteTurn | Promise<RouteTurn> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    const entry = this.#limit.enter(ticket, latest, this.#clock.now());
    if (entry.kind === 'over') this.#refused += 1;
    if (entry.kind !== 'wait') return entry;
    return new Promise((resolve) => {
      const onGone = (): void => {
        this.#limit.leave(ticket);
        end({ kind: 'gone' });
        this.#sleep();
      };
      const end = (turn: RouteTurn): void => {
        signal?.removeEventListener('abort', onGone);
        this.#waiting.delete(ticket);
        resolve(turn);
      };
      this.#waiting.set(ticket, end);
      signal?.addEventListener('abort', onGone);
      if (signal?.aborted === true) onGone();
      else this.#sleep();
    });
  }

  /** Another rule from now on, for those who wait as well. */
  change(rule: RouteRule): void {
    this.#tell(this.#limit.change(rule, this.#clock.now()));
  }

  /** The route has no limit any more: whoever waits may go. */
  open(): void {
    this.#endAll({ kind: 'go' });
  }

  /** The agent stops: whoever still waits is told so. */
  stop(): void {
    this.#endAll({ kind: 'over', over: { kind: 'reject' }, retryAfterMs: 1000 });
  }

  #endAll(turn: RouteTurn): void {
    clearTimeout(this.#timer);
    for (const [ticket, end] of [...this.#waiting]) {
      this.#limit.leave(ticket);
      end(turn);
    }
  }

  #tell({ go, over }: Released): void {
    for (const ticket of go) this.#waiting.get(ticket)?.({ kind: 'go' });
    for (const { ticket, retryAfterMs } of over) {
      this.#refused += 1;
      // Who has waited already is refused; another route would come too late.
      this.#waiting.get(ticket)?.({ kind: 'over', over: { kind: 'reject' }, retryAfterMs });
    }
    this.#sleep();
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    const now = this.#clock.now();
    const wakeAt = this.#limit.wakeAt(now);
    if (wakeAt === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#tell(this.#limit.release(this.#clock.now()));
      },
      Math.ceil(wakeAt - now),
    );
  }
}
