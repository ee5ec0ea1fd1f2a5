import {
  mapOrder,
  noteSend,
  outcomeOf,
  startAttemptPlan,
  stepAttemptPlan,
  takeRetry,
} from '@waystation/core';
import type {
  AttemptEffect,
  AttemptEvent,
  AttemptPlan,
  AttemptPlanInput,
  AttemptVerdict,
  Candidate,
  Clock,
  Message,
  MessageSearchEnd,
  Pick as Picked,
  Random,
  RetryBudget,
} from '@waystation/core';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { SendOptions } from '../http/message-sender.ts';
import type { LimitBook } from '../limits/limit-book.ts';
import type { AttemptResult } from '../pool/send-channel.ts';
import { MessageSearches } from '../reconcile/message-searches.ts';
import type { Searcher } from '../reconcile/searcher.ts';
import { CancelSource } from '../timing/cancel-signal.ts';
import type { AttemptAlerts } from './attempt-alerts.ts';
import type { AttemptLog, UnknownRule } from './attempt-log.ts';
import type { BlockBook } from './block-book.ts';
import type { Routing, RoutingState } from './routing.ts';

/** What attempts need. */
export interface AttemptRunDependencies {
  readonly routing: Pick<Routing, 'current'>;
  readonly alerts: Pick<AttemptAlerts, 'tell'>;
  readonly blocks: Pick<BlockBook, 'blockOf' | 'note'>;
  readonly limits: Pick<LimitBook, 'channelOver' | 'takeChannel' | 'giveBackChannel'>;
  readonly health: Pick<HealthTracker, 'watch'>;
  readonly budget: BudgetHolder;
  readonly searcher: Pick<Searcher, 'search' | 'cancel' | 'likes'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The retry budget of the whole agent. */
export interface BudgetHolder {
  current: RetryBudget;
}

/** One message to be sent. */
export interface AttemptRunMessage {
  readonly state: RoutingState;
  readonly pick: Extract<Picked, { picked: true }>;
  readonly id: string;
  readonly message: Message;
  readonly options: SendOptions;
}

/** How the attempts of one message ended. */
export interface EndedAttempts {
  readonly plan: AttemptPlan;
  readonly verdict: AttemptVerdict;
  /** What the provider said of the accepted request. */
  readonly accepted?: AttemptResult;
}

type AttemptOrder = Extract<AttemptEffect, { type: 'attempt' }>;

/** The attempts of one message: does what the plan says and tells it what happens. */
export class AttemptRun {
  readonly #dependencies: AttemptRunDependencies;
  readonly #message: AttemptRunMessage;
  /** Gives up what was not written. */
  readonly #giveUp = new CancelSource();
  /** Numbers of the attempts that the log was told of. */
  readonly #logged = new Set<number>();
  readonly #searches: MessageSearches;
  #plan: AttemptPlan | undefined;
  #accepted: AttemptResult | undefined;
  #onFinish: ((ended: EndedAttempts) => void) | undefined;
  #late: Promise<EndedAttempts> | undefined;
  #onLate: ((ended: EndedAttempts) => void) | undefined;
  #onError: ((error: unknown) => void) | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #slowTimer: NodeJS.Timeout | undefined;
  #waitTimer: NodeJS.Timeout | undefined;
  #overdueTimer: NodeJS.Timeout | undefined;

  constructor(dependencies: AttemptRunDependencies, message: AttemptRunMessage) {
    this.#dependencies = dependencies;
    this.#message = message;
    const { state, pick, id } = message;
    const { channels, snapshot } = state;
    const searched = {
      ...{ id, channels, route: pick.route, message: message.message },
      rules: snapshot.strategy.reconcile,
    };
    this.#searches = new MessageSearches(dependencies, searched, (end) => {
      this.#searched(end);
    });
  }

  /** Makes the attempts; over by the message's deadline at the latest. */
  async run(): Promise<EndedAttempts> {
    const { clock, budget } = this.#dependencies;
    const { signal } = this.#message.options;
    const startedAt = clock.now();
    budget.current = noteSend(budget.current, startedAt);
    const input = this.#input(startedAt);
    const onGone = (): void => {
      this.#step({ type: 'caller-gone', at: clock.now() });
    };
    signal?.addEventListener('abort', onGone);
    try {
      return await new Promise((resolve, reject) => {
        this.#onFinish = resolve;
        this.#onError = reject;
        this.#deadlineTimer = setTimeout(() => {
          this.#step({ type: 'deadline', at: clock.now() });
        }, input.deadline - startedAt);
        const { plan, effect } = startAttemptPlan(input, startedAt);
        this.#plan = plan;
        this.#act(effect);
        if (signal?.aborted === true) onGone();
      });
    } finally {
      signal?.removeEventListener('abort', onGone);
      clearTimeout(this.#deadlineTimer);
      clearTimeout(this.#slowTimer);
      clearTimeout(this.#waitTimer);
      clearTimeout(this.#overdueTimer);
    }
  }

  /** What the message comes to whose attempt or search was not over when `run` ended; undefined: nothing was open. */
  get late(): Promise<EndedAttempts> | undefined {
    return this.#late;
  }

  /** Whether none of the attempts that are over can have reached anybody. */
  get sentNothing(): boolean {
    const { attempts = [] } = this.#plan ?? {};
    return attempts.every(({ outcome, searched }) => outcome.class !== 'unknown' || searched === 'absent');
  }

  #input(startedAt: number): AttemptPlanInput {
    const { state, pick, options } = this.#message;
    const { timeouts, retry } = state.snapshot.strategy;
    return {
      candidates: mapOrder(pick.channels, (channel) => candidateOf(state, channel)),
      onUnknownOutcome: pick.route.onUnknownOutcome,
      ...(pick.route.onUnknownOutcome !== 'fail' && { search: pick.route }),
      deadline: startedAt + (options.timeoutMs ?? timeouts.totalMs),
      connectMs: timeouts.connectMs,
      readMs: timeouts.readMs,
      retry,
      random: this.#dependencies.random,
    };
  }

  #step(event: AttemptEvent): AttemptEffect {
    if (this.#plan === undefined) throw new Error(`no plan was told of "${event.type}"`);
    const { plan, effect } = stepAttemptPlan(this.#plan, event);
    this.#plan = plan;
    this.#act(effect);
    return effect;
  }

  #act(effect: AttemptEffect): void {
    switch (effect.type) {
      case 'attempt':
        this.#raceAfterDelay();
        this.#attempt(effect).catch((error: unknown) => {
          this.#fail(effect, error);
        });
        return;
      case 'write':
        clearTimeout(this.#slowTimer);
        return;
      case 'search':
        clearTimeout(this.#overdueTimer);
        this.#message.options.attempts?.reopen();
        this.#searches.begin(this.#plan?.input.deadline);
        return;
      case 'wait':
        this.#wait(effect);
        return;
      case 'cancel-unwritten':
        this.#giveUp.abort();
        return;
      case 'finish':
        this.#leaveOpen();
        this.#onFinish?.(this.#ended(effect.verdict));
        return;
      case 'late':
        this.#searches.cancel();
        this.#onLate?.(this.#ended(effect.verdict));
        return;
      case 'nothing':
        return;
    }
  }

  /** What goes on when the caller is told. */
  #leaveOpen(): void {
    if (this.#plan?.state !== 'done') return;
    const { outstanding, searching } = this.#plan;
    if (searching === undefined) this.#searches.cancel();
    else if (!this.#searches.searching) this.#searches.begin();
    if (outstanding === undefined && searching === undefined) return;
    this.#late = new Promise((resolve) => (this.#onLate = resolve));
  }

  #searched(end: MessageSearchEnd): void {
    const at = this.#dependencies.clock.now();
    if (end.kind === 'absent') this.#message.options.attempts?.absent();
    this.#step({ type: 'searched', at, end });
  }

  #tellWhenOverdue(number: number, at: number): void {
    const { clock } = this.#dependencies;
    clearTimeout(this.#overdueTimer);
    this.#overdueTimer = setTimeout(
      () => {
        this.#step({ type: 'overdue', at: clock.now(), number });
      },
      Math.ceil(Math.max(0, at - clock.now())),
    );
  }

  /** The attempt's log did not take it, or we have a defect: whoever still waits must not wait for ever. */
  #fail({ number }: AttemptOrder, error: unknown): void {
    this.#onError?.(error);
    if (this.#onLate === undefined) return;
    const outcome = outcomeOf('unknown', {
      written: true,
      reason: 'the attempt ended in a way that is not known',
    });
    this.#step({ type: 'ended', at: this.#dependencies.clock.now(), number, outcome });
  }

  #ended(verdict: AttemptVerdict): EndedAttempts {
    const plan = this.#plan;
    if (plan === undefined) throw new Error('a plan ended before it began');
    const accepted = verdict.kind === 'accepted' ? this.#accepted : undefined;
    return { plan, verdict, ...(accepted && { accepted }) };
  }

  #raceAfterDelay(): void {
    clearTimeout(this.#slowTimer);
    this.#slowTimer = setTimeout(() => {
      this.#step({ type: 'slow', at: this.#dependencies.clock.now() });
    }, this.#message.state.snapshot.strategy.race.delayMs);
  }

  #wait({ until, retry }: Extract<AttemptEffect, { type: 'wait' }>): void {
    const { clock, budget } = this.#dependencies;
    this.#waitTimer = setTimeout(
      () => {
        const at = clock.now();
        const { budgetPercent } = this.#message.state.snapshot.strategy.retry;
        const taken = retry ? takeRetry(budget.current, at, budgetPercent) : budget.current;
        if (taken !== undefined) budget.current = taken;
        this.#step({ type: 'waited', at, granted: taken !== undefined });
      },
      Math.ceil(Math.max(0, until - clock.now())),
    );
  }

  /** One attempt, from connecting to its end. */
  async #attempt(order: AttemptOrder): Promise<void> {
    const { clock, alerts, blocks, limits } = this.#dependencies;
    const { state, message } = this.#message;
    const { candidate, number, deadline, listen } = order;
    const startedAt = clock.now();
    const channel = state.channels.get(candidate.channel);
    const limit = channel && limits.channelOver(channel.name, channel.inFlight);
    if (channel?.hasRoom !== true || limit !== undefined || this.#isDrained(candidate)) {
      this.#step({ type: 'no-room', at: startedAt, number, ...(limit && { limit }) });
      return;
    }
    const block = blocks.blockOf(candidate, message);
    if (block !== undefined) {
      this.#step({ type: 'blocked', at: startedAt, number, block });
      return;
    }
    limits.takeChannel(channel.name);
    const { connectMs, readMs } = state.snapshot.strategy.timeouts;
    const { outId } = this.#searches.outId;
    const times = { deadline, connectMs, readMs, callerDeadline: this.#plan?.input.deadline ?? deadline };
    const result = await this.#dependencies.health.watch(candidate, times, () =>
      channel.send({
        message,
        outId,
        deadline,
        connectMs,
        readMs,
        listen,
        signal: this.#giveUp,
        mayWrite: () => this.#mayWrite(order),
      }),
    );
    const { outcome } = result;
    if (!outcome.written) limits.giveBackChannel(channel.name);
    if (this.#logged.has(number)) this.#message.options.attempts?.ended(outcome);
    alerts.tell(candidate, outcome);
    blocks.note(candidate, message, outcome, startedAt);
    if (outcome.class === 'accepted') this.#accepted = result;
    clearTimeout(this.#overdueTimer);
    this.#searches.ended(number, outcome);
    this.#step({ type: 'ended', at: clock.now(), number, outcome });
  }

  /** Asked when a connection stands, right before the request is made: the plan lets one attempt write at a time. */
  #mayWrite(order: AttemptOrder): boolean | Promise<boolean> {
    if (!this.#isNext(order.candidate, order.number)) return false;
    const { attempts } = this.#message.options;
    if (attempts !== undefined && !this.#logged.has(order.number)) return this.#writtenDown(order, attempts);
    this.#searches.writing(order.number, order.candidate);
    return true;
  }

  /** Writes down that an attempt is about to be written; whether it still may be, then. */
  async #writtenDown({ candidate, number }: AttemptOrder, attempts: AttemptLog): Promise<boolean> {
    this.#logged.add(number);
    const { state, pick } = this.#message;
    const { timeouts } = state.snapshot.strategy;
    await attempts.starting({
      candidate,
      ...this.#searches.outId,
      templateCode: this.#searches.templateCodeFor(candidate),
      revision: state.snapshot.revision,
      route: pick.route.name,
      rule: ruleOf(pick.route),
      lastsMs: timeouts.connectMs + timeouts.readMs,
    });
    // Writing that down takes a moment, in which time may have run out.
    if (!this.#isNext(candidate, number)) return false;
    this.#searches.writing(number, candidate);
    return true;
  }

  #isNext(candidate: Candidate, number: number): boolean {
    if (this.#isDrained(candidate)) return false;
    const effect = this.#step({ type: 'ready', at: this.#dependencies.clock.now(), number });
    if (effect.type !== 'write') return false;
    if (effect.overdueAt !== undefined) this.#tellWhenOverdue(number, effect.overdueAt);
    return true;
  }

  /** Whether an operator has taken a channel out of use, by now and not only when the message came. */
  #isDrained({ channel }: Candidate): boolean {
    return this.#dependencies.routing.current()?.snapshot.overrides.get(channel)?.kind === 'drain';
  }
}

function ruleOf({ onUnknownOutcome, afterReconcile, afterInconclusive }: UnknownRule): UnknownRule {
  return { onUnknownOutcome, afterReconcile, afterInconclusive };
}

/** A channel of the strategy as the plan sees it. */
export function candidateOf({ channels }: Pick<RoutingState, 'channels'>, name: string): Candidate {
  const open = channels.get(name);
  if (open === undefined) throw new Error(`the picker named ${name}, which is no open channel`);
  const { host, account, channel } = open;
  const { credential, failureDomain } = channel;
  return {
    channel: name,
    host,
    account,
    credential,
    ...(failureDomain !== undefined && { failureDomain }),
  };
}
