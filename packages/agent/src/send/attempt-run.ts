import { outcomeOf, startAttemptPlan, stepAttemptPlan } from '@waystation/core';
import type {
  AttemptEffect,
  AttemptEvent,
  AttemptPlan,
  AttemptPlanInput,
  AttemptVerdict,
  Instant,
  MessageSearchEnd,
  Random,
  RetryBudget,
} from '@waystation/core';
import { AttemptNotWritten } from '../journal/attempt-not-written.ts';
import type { AttemptResult } from '../pool/send-channel.ts';
import { MessageSearches } from '../reconcile/message-searches.ts';
import type { MessageSearchesDependencies } from '../reconcile/message-searches.ts';
import type { Alarms } from '../timing/alarm.ts';
import { AttemptAlarms } from './attempt-alarms.ts';
import { AttemptMaker } from './attempt-maker.ts';
import type {
  AttemptedMessage,
  AttemptedPlan,
  AttemptMakerDependencies,
  AttemptOrder,
} from './attempt-maker.ts';

/** What attempts need. */
export interface AttemptRunDependencies extends AttemptMakerDependencies, MessageSearchesDependencies {
  /** The retry budget of the whole agent. */
  readonly budget: RetryBudget;
  readonly alarms: Alarms;
  readonly random: Random;
}

/** How the attempts of one message ended. */
export interface EndedAttempts {
  readonly plan: AttemptPlan;
  readonly verdict: AttemptVerdict;
  /** What the provider said of the accepted request. */
  readonly accepted?: AttemptResult;
}

interface Waiting {
  resolve(ended: EndedAttempts): void;
  reject(error: unknown): void;
}

/** The attempts of one message: does what the plan says and tells it what happens. */
export class AttemptRun implements AttemptedPlan {
  readonly #dependencies: AttemptRunDependencies;
  readonly #message: AttemptedMessage;
  readonly #searches: MessageSearches;
  readonly #maker: AttemptMaker;
  readonly #alarms: AttemptAlarms;
  /** When the caller wants its answer. */
  readonly deadline: Instant;
  #plan: AttemptPlan | undefined;
  #caller: Waiting | undefined;
  #late: Promise<EndedAttempts> | undefined;
  #onLate: ((ended: EndedAttempts) => void) | undefined;
  /** The attempt that the log did not take; undefined: it took all. */
  #refused: number | undefined;

  /** `deadline`: when the caller wants its answer. */
  constructor(dependencies: AttemptRunDependencies, message: AttemptedMessage, deadline: Instant) {
    this.#dependencies = dependencies;
    this.#message = message;
    this.deadline = deadline;
    const { state, pick, id } = message;
    const { channels, snapshot } = state;
    const rules = snapshot.strategy.reconcile;
    const searched = { id, channels, route: pick.route, message: message.message, rules };
    this.#searches = new MessageSearches(dependencies, searched, this.#searched);
    this.#maker = new AttemptMaker(dependencies, message, this.#searches, this);
    this.#alarms = new AttemptAlarms(dependencies.alarms, dependencies.clock, this);
  }

  /** Makes the attempts; over by the message's deadline at the latest. Called once. */
  run(): Promise<EndedAttempts> {
    const startedAt = this.#dependencies.clock.now();
    const { signal } = this.#message.options;
    this.#dependencies.budget.noteSend(startedAt);
    return new Promise((resolve, reject) => {
      this.#caller = { resolve, reject };
      signal?.addEventListener('abort', this.#gone);
      this.#alarms.deadlineAt(this.deadline);
      const { plan, effect } = startAttemptPlan(this.#input(), startedAt);
      this.#plan = plan;
      this.#act(effect);
      if (signal?.aborted === true) this.#gone();
    });
  }

  /** What the message comes to whose attempt or search was not over when `run` ended; undefined: nothing was open. */
  get late(): Promise<EndedAttempts> | undefined {
    return this.#late;
  }

  /** Whether none of the attempts that were made can have reached anybody. */
  get sentNothing(): boolean {
    const plan = this.#plan;
    const attempts = plan?.attempts ?? [];
    // The one that is still listened to comes last; it was never made where the log took so long to refuse it.
    const open = plan?.state === 'searching' ? plan.listening?.number : undefined;
    const made = open !== undefined && open === this.#refused ? attempts.slice(0, -1) : attempts;
    return made.every(({ outcome, searched }) => outcome.class !== 'unknown' || searched === 'absent');
  }

  tell(event: AttemptEvent): AttemptEffect {
    if (this.#plan === undefined) throw new Error(`no plan was told of "${event.type}"`);
    const { plan, effect } = stepAttemptPlan(this.#plan, event);
    this.#plan = plan;
    this.#act(effect);
    if (effect.type === 'write' && event.type === 'ready' && effect.overdueAt !== undefined) {
      this.#alarms.overdueAt(effect.overdueAt, event.number);
    }
    return effect;
  }

  #input(): AttemptPlanInput {
    const { state, pick } = this.#message;
    const { timeouts, retry } = state.snapshot.strategy;
    const { connectMs, readMs } = timeouts;
    const { onUnknownOutcome } = pick.route;
    return {
      candidates: state.candidates.inOrder(pick.channels),
      onUnknownOutcome,
      search: onUnknownOutcome === 'fail' ? undefined : pick.route,
      deadline: this.deadline,
      connectMs,
      readMs,
      retry,
      random: this.#dependencies.random,
    };
  }

  #act(effect: AttemptEffect): void {
    switch (effect.type) {
      case 'attempt':
        this.#attempt(effect);
        return;
      case 'write':
        this.#alarms.connected();
        return;
      case 'search':
        this.#alarms.notOverdue();
        // Where the plan trusts no longer what was proven, the log must not either.
        if (!this.#hasProof) this.#message.options.attempts?.reopen();
        this.#searches.begin(this.deadline);
        return;
      case 'wait':
        this.#alarms.waitUntil(effect.until, (at) => !effect.retry || this.#takeRetry(at));
        return;
      case 'cancel-unwritten':
        this.#maker.cancelUnwritten();
        return;
      case 'finish':
        this.#leaveOpen();
        this.#stopWaiting();
        this.#caller?.resolve(this.#ended(effect.verdict));
        return;
      case 'late':
        this.#searches.cancel();
        this.#onLate?.(this.#ended(effect.verdict));
        return;
      case 'nothing':
        return;
    }
  }

  #attempt(order: AttemptOrder): void {
    this.#maker.make(order).catch((error: unknown) => {
      this.#fail(order, error);
    });
    const { clock } = this.#dependencies;
    // Where a connection stood, it is writing by now.
    if (this.#plan?.state === 'attempting' && !this.#plan.writing) {
      this.#alarms.slowAt(clock.now() + this.#message.state.snapshot.strategy.race.delayMs);
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

  /** Whether the plan counts on an attempt being proven unsent. */
  get #hasProof(): boolean {
    return this.#plan?.attempts.some(({ searched }) => searched === 'absent') === true;
  }

  #stopWaiting(): void {
    this.#alarms.stop();
    this.#message.options.signal?.removeEventListener('abort', this.#gone);
  }

  readonly #gone = (): void => {
    this.tell({ type: 'caller-gone', at: this.#dependencies.clock.now() });
  };

  readonly #searched = (end: MessageSearchEnd): void => {
    const at = this.#dependencies.clock.now();
    if (end.kind === 'absent') this.#message.options.attempts?.absent();
    this.tell({ type: 'searched', at, end });
  };

  #takeRetry(at: Instant): boolean {
    const { budgetPercent } = this.#message.state.snapshot.strategy.retry;
    return this.#dependencies.budget.takeRetry(at, budgetPercent);
  }

  /** The attempt's log did not take it, or we have a defect: whoever still waits must not wait for ever. */
  #fail({ number }: AttemptOrder, error: unknown): void {
    const isUnmade = error instanceof AttemptNotWritten;
    if (isUnmade) this.#refused = number;
    this.#stopWaiting();
    this.#caller?.reject(error);
    if (this.#onLate === undefined) return;
    const outcome = isUnmade
      ? outcomeOf('unavailable', { written: false, reason: error.message })
      : outcomeOf('unknown', { written: true, reason: 'the attempt ended in a way that is not known' });
    this.tell({ type: 'ended', at: this.#dependencies.clock.now(), number, outcome });
  }

  #ended(verdict: AttemptVerdict): EndedAttempts {
    const plan = this.#plan;
    if (plan === undefined) throw new Error('a plan ended before it began');
    const accepted = verdict.kind === 'accepted' ? this.#maker.accepted : undefined;
    return accepted === undefined ? { plan, verdict } : { plan, verdict, accepted };
  }
}
