import type {
  AttemptEffect,
  AttemptEvent,
  Candidate,
  Clock,
  Instant,
  Message,
  Outcome,
  Pick as Picked,
} from '@waystation/core';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { SendOptions } from '../http/message-sender.ts';
import type { LimitBook } from '../limits/limit-book.ts';
import type { AttemptResult, SendChannel } from '../pool/send-channel.ts';
import type { MessageSearches } from '../reconcile/message-searches.ts';
import { CancelSource } from '../timing/cancel-signal.ts';
import type { AttemptAlerts } from './attempt-alerts.ts';
import type { AttemptLog, UnknownRule } from './attempt-log.ts';
import type { BlockBook } from './block-book.ts';
import type { Routing, RoutingState } from './routing.ts';

/** What making attempts needs. */
export interface AttemptMakerDependencies {
  readonly routing: Pick<Routing, 'current'>;
  readonly alerts: Pick<AttemptAlerts, 'tell'>;
  readonly blocks: Pick<BlockBook, 'blockOf' | 'note'>;
  readonly limits: Pick<LimitBook, 'channelOver' | 'takeChannel' | 'giveBackChannel'>;
  readonly health: Pick<HealthTracker, 'begun' | 'ended'>;
  readonly clock: Clock;
}

/** One message to be sent. */
export interface AttemptedMessage {
  readonly state: RoutingState;
  readonly pick: Extract<Picked, { picked: true }>;
  readonly id: string;
  readonly message: Message;
  readonly options: SendOptions;
}

/** The plan that attempts are made for: what is wanted of an event is done once it returns. */
export interface AttemptedPlan {
  /** When the caller wants its answer. */
  readonly deadline: Instant;
  tell(event: AttemptEvent): AttemptEffect;
}

/** An attempt that the plan wants. */
export type AttemptOrder = Extract<AttemptEffect, { type: 'attempt' }>;

/** Makes the attempts of one message, each from connecting to its end. */
export class AttemptMaker {
  readonly #dependencies: AttemptMakerDependencies;
  readonly #message: AttemptedMessage;
  readonly #searches: MessageSearches;
  readonly #plan: AttemptedPlan;
  readonly #giveUp = new CancelSource();
  /** Numbers of the attempts that the log was told of; absent before the first. */
  #logged: Set<number> | undefined;
  #accepted: AttemptResult | undefined;

  constructor(
    dependencies: AttemptMakerDependencies,
    message: AttemptedMessage,
    searches: MessageSearches,
    plan: AttemptedPlan,
  ) {
    this.#dependencies = dependencies;
    this.#message = message;
    this.#searches = searches;
    this.#plan = plan;
  }

  /** What the provider said of the request that it accepted. */
  get accepted(): AttemptResult | undefined {
    return this.#accepted;
  }

  /** Gives up whatever was not written. */
  cancelUnwritten(): void {
    this.#giveUp.abort();
  }

  /** Makes one attempt, and tells the plan of it. Rejects where the log does not take it, and for defects. */
  async make(order: AttemptOrder): Promise<void> {
    const { clock, limits, health } = this.#dependencies;
    const startedAt = clock.now();
    const channel = this.#open(order, startedAt);
    if (channel === undefined) return;
    limits.takeChannel(channel.name, startedAt);
    health.begun(channel.name);
    let outcome: Outcome | undefined;
    let endedAt = startedAt;
    try {
      const result = await this.#send(channel, order);
      endedAt = clock.now();
      outcome = result.outcome;
      if (outcome.class === 'accepted') this.#accepted = result;
    } finally {
      const { candidate, deadline } = order;
      const { deadline: callerDeadline } = this.#plan;
      health.ended(candidate, outcome && { outcome, startedAt, endedAt, deadline, callerDeadline });
    }
    this.#ended(order, outcome, startedAt, endedAt);
  }

  /** The channel of an attempt where nothing stands in its way; else the plan is told of what does. */
  #open({ candidate, number }: AttemptOrder, at: Instant): SendChannel | undefined {
    const { limits, blocks } = this.#dependencies;
    const { state, message } = this.#message;
    const channel = state.channels.get(candidate.channel);
    const limit = channel && limits.channelOver(channel.name, channel.inFlight, at);
    if (channel?.hasRoom !== true || limit !== undefined || this.#isDrained(candidate)) {
      this.#plan.tell({ type: 'no-room', at, number, ...(limit && { limit }) });
      return undefined;
    }
    const block = blocks.blockOf(candidate, message, at);
    if (block === undefined) return channel;
    this.#plan.tell({ type: 'blocked', at, number, block });
    return undefined;
  }

  #send(channel: SendChannel, order: AttemptOrder): Promise<AttemptResult> {
    const { state, message } = this.#message;
    const { connectMs, readMs } = state.snapshot.strategy.timeouts;
    const { deadline, listen } = order;
    return channel.send({
      message,
      outId: this.#searches.outId.outId,
      deadline,
      connectMs,
      readMs,
      listen,
      signal: this.#giveUp,
      mayWrite: () => this.#mayWrite(order),
    });
  }

  #ended({ candidate, number }: AttemptOrder, outcome: Outcome, startedAt: Instant, at: Instant): void {
    const { alerts, blocks, limits } = this.#dependencies;
    const { message, options } = this.#message;
    if (!outcome.written) limits.giveBackChannel(candidate.channel, at);
    if (this.#logged?.has(number) === true) options.attempts?.ended(outcome);
    alerts.tell(candidate, outcome);
    blocks.note(candidate, message, outcome, startedAt, at);
    this.#searches.ended(number, outcome, at);
    this.#plan.tell({ type: 'ended', at, number, outcome });
  }

  /** Asked when a connection stands, right before the request is made: the plan lets one attempt write at a time. */
  #mayWrite(order: AttemptOrder): boolean | Promise<boolean> {
    const { attempts } = this.#message.options;
    const isLogged = this.#logged?.has(order.number) === true;
    // The connection that it was written down for may be gone, and this one have taken its time.
    if (isLogged && attempts?.mayBeWritten() === false) return false;
    if (!this.#isNext(order)) return false;
    if (attempts !== undefined && !isLogged) return this.#writtenDown(order, attempts);
    this.#searches.writing(order.number, order.candidate);
    return true;
  }

  /** Writes down that an attempt is about to be written; whether it still may be, then. */
  async #writtenDown(order: AttemptOrder, attempts: AttemptLog): Promise<boolean> {
    const { candidate, number } = order;
    this.#logged ??= new Set();
    this.#logged.add(number);
    const { state, pick } = this.#message;
    const { timeouts } = state.snapshot.strategy;
    const { outId, unique } = this.#searches.outId;
    await attempts.starting({
      candidate,
      outId,
      unique,
      templateCode: this.#searches.templateCodeFor(candidate),
      revision: state.snapshot.revision,
      route: pick.route.name,
      rule: ruleOf(pick.route),
      lastsMs: timeouts.connectMs + timeouts.readMs,
    });
    // Writing that down takes a moment, in which time may have run out.
    if (!attempts.mayBeWritten() || !this.#isNext(order)) return false;
    this.#searches.writing(number, candidate);
    return true;
  }

  #isNext({ candidate, number }: AttemptOrder): boolean {
    if (this.#isDrained(candidate)) return false;
    const at = this.#dependencies.clock.now();
    return this.#plan.tell({ type: 'ready', at, number }).type === 'write';
  }

  /** Whether an operator has taken a channel out of use, by now and not only when the message came. */
  #isDrained({ channel }: Candidate): boolean {
    return this.#dependencies.routing.current()?.snapshot.overrides.get(channel)?.kind === 'drain';
  }
}

function ruleOf({ onUnknownOutcome, afterReconcile, afterInconclusive }: UnknownRule): UnknownRule {
  return { onUnknownOutcome, afterReconcile, afterInconclusive };
}
