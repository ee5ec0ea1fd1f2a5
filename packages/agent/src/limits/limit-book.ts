import { ChannelLimits, NumberLimits } from '@waystation/core';
import type { ChannelOver, Clock, Instant, NumberAdmission, Strategy } from '@waystation/core';
import type { LimitStates } from '../status/send-side.ts';
import { RouteQueue } from './route-queue.ts';
import type { RouteTurn } from './route-queue.ts';
import type { CancelSignal } from '../timing/cancel-signal.ts';

const mayGo: RouteTurn = { kind: 'go' };

/** How long a channel is shown as limited after it was passed over for its limit. */
const shownMs = 10_000;

/** What limits need. */
export interface LimitBookDependencies {
  readonly clock: Clock;
  /** Told when a channel is shown as limited or not any more. */
  readonly onChange?: (() => void) | undefined;
}

/** The limits of the strategy in force, with what was counted: each agent for itself, in memory alone. */
export class LimitBook {
  readonly #dependencies: LimitBookDependencies;
  readonly #numbers = new NumberLimits();
  readonly #channels = new ChannelLimits();
  readonly #routes = new Map<string, RouteQueue>();
  /** Channels that were over lately: why, and when last. */
  readonly #over = new Map<string, { readonly why: string; readonly at: Instant }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: LimitBookDependencies) {
    this.#dependencies = dependencies;
  }

  /** How full routes are, and how many numbers are remembered. */
  get states(): LimitStates {
    const routes = [...this.#routes].map(
      ([name, { waiting, refused }]) => [name, { waiting, refused }] as const,
    );
    const { tracked, forgotten } = this.#numbers;
    return { routes: Object.fromEntries(routes), numbers: { tracked, forgotten } };
  }

  /** Other limits from now on; what was counted stays counted. */
  change(limits: Strategy['limits']): void {
    const { clock } = this.#dependencies;
    const now = clock.now();
    this.#numbers.change(limits.numbers, now);
    this.#channels.change(limits.channels, now);
    for (const [name, queue] of this.#routes) {
      if (limits.routes[name] !== undefined) continue;
      queue.open();
      this.#routes.delete(name);
    }
    for (const [name, rule] of Object.entries(limits.routes)) {
      const queue = this.#routes.get(name);
      if (queue === undefined) this.#routes.set(name, new RouteQueue(clock, rule));
      else queue.change(rule);
    }
  }

  /** Counts a message to its numbers (E.164), or says which of them is over. */
  countNumbers(numbers: readonly string[], at: Instant): NumberAdmission {
    return this.#numbers.count(numbers, at);
  }

  /** Takes back what was counted at `at`: nothing was sent. */
  giveBackNumbers(numbers: readonly string[], at: Instant): void {
    this.#numbers.giveBack(numbers, at);
  }

  /** The turn of a message on a route; none later than `latest`. */
  enterRoute(route: string, latest: Instant, signal?: CancelSignal): RouteTurn | Promise<RouteTurn> {
    return this.#routes.get(route)?.enter(latest, signal) ?? mayGo;
  }

  /** Why a channel takes no attempt now; undefined: it does. */
  channelOver(channel: string, inFlight: number, at: Instant): ChannelOver | undefined {
    const over = this.#channels.overOf(channel, inFlight, at);
    if (over !== undefined) this.#show(channel, over.why, at);
    return over;
  }

  /** An attempt begins by a channel that is not over. */
  takeChannel(channel: string, at: Instant): void {
    this.#channels.take(channel, at);
  }

  /** An attempt that began was not written after all. */
  giveBackChannel(channel: string, at: Instant): void {
    this.#channels.giveBack(channel, at);
  }

  /** Why a channel was passed over in the last 10 s; undefined: it was not. */
  limitedOf(channel: string): string | undefined {
    const over = this.#over.get(channel);
    return over !== undefined && this.#dependencies.clock.now() - over.at < shownMs ? over.why : undefined;
  }

  /** Turns away whoever waits: the agent stops. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const queue of this.#routes.values()) queue.stop();
  }

  #show(channel: string, why: string, at: Instant): void {
    const known = this.#over.has(channel);
    this.#over.set(channel, { why, at });
    if (known) return;
    this.#dependencies.onChange?.();
    this.#timer ??= setTimeout(() => {
      this.#hide();
    }, shownMs).unref();
  }

  /** Forgets those that were not over for a while. */
  #hide(): void {
    this.#timer = undefined;
    const { clock, onChange } = this.#dependencies;
    const now = clock.now();
    const past = [...this.#over].filter(([, { at }]) => now - at >= shownMs).map(([channel]) => channel);
    for (const channel of past) this.#over.delete(channel);
    if (past.length > 0) onChange?.();
    const next = Math.min(...[...this.#over.values()].map(({ at }) => at + shownMs));
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#hide();
      },
      Math.ceil(next - now),
    ).unref();
  }
}
