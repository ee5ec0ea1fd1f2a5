import { minimumAttemptMs } from '@waystation/core';
import type { Clock, Instant, Message, NumberAdmission, Pick as Picked, Random } from '@waystation/core';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { SendOptions } from '../http/message-sender.ts';
import { maskNumber } from '../log/mask-numbers.ts';
import type { RoutingState } from '../send/routing.ts';
import type { SendResult } from '../send/send-result.ts';
import type { LimitBook } from './limit-book.ts';
import type { RouteTurn } from './route-queue.ts';

/** What the gate asks. */
export interface MessageGateDependencies {
  readonly limits: Pick<LimitBook, 'countNumbers' | 'giveBackNumbers' | 'enterRoute'>;
  readonly health: Pick<HealthTracker, 'view'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** A message at the gate. */
export interface MessageAtGate {
  readonly state: RoutingState;
  readonly id: string;
  readonly message: Message;
  readonly options: SendOptions;
}

type Chosen = Extract<Picked, { picked: true }>;

/** A message that may be sent, and by which channels. */
interface Entered {
  readonly entered: true;
  readonly pick: Chosen;
  /** When the caller wants its answer. */
  readonly deadline: Instant;
  /** Told of how the message ended, as often as more is known. */
  readonly settle: (result: Pick<SendResult, 'kind'>) => void;
}

/** Whether a message may be sent; where not, its answer. */
export type GateEntry = Entered | { readonly entered: false; readonly result: SendResult };

const counted: NumberAdmission = { counted: true };

/** Picks a message's route and channels, within the limits of its numbers and of its route. */
export class MessageGate {
  readonly #dependencies: MessageGateDependencies;

  constructor(dependencies: MessageGateDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Lets a message in, at once or after it has waited for its turn, never so late that it could not be sent. What
   * need not wait is answered without a promise.
   */
  enter(at: MessageAtGate): GateEntry | Promise<GateEntry> {
    const { clock, limits } = this.#dependencies;
    const { state, message, options } = at;
    const came = clock.now();
    const deadline = came + (options.timeoutMs ?? state.snapshot.strategy.timeouts.totalMs);
    const pick = this.#pick(at, options.route, came);
    if (!pick.picked) return refuse(noChannel(at, pick));
    const admission = options.counted === true ? counted : limits.countNumbers(message.e164, came);
    if (!admission.counted) return refuse(numberLimited(at, pick, admission));
    const entered: Entered = { entered: true, pick, deadline, settle: this.#settlement(message, came) };
    const turn = limits.enterRoute(pick.route.name, deadline - minimumAttemptMs, options.signal);
    if (!(turn instanceof Promise) && turn.kind === 'go') return entered;
    return this.#afterTurn(at, entered, turn);
  }

  async #afterTurn(
    at: MessageAtGate,
    entered: Entered,
    first: RouteTurn | Promise<RouteTurn>,
  ): Promise<GateEntry> {
    const { pick, deadline, settle } = entered;
    const turn = await this.#turn(at, pick, first, deadline - minimumAttemptMs);
    if (turn.kind === 'go') return { ...entered, pick: turn.pick };
    const result = turnedAway(at, pick, turn);
    settle(result);
    return refuse(result);
  }

  /** Gives the numbers back once it is known that nothing was sent. */
  #settlement(message: Message, countedAt: Instant): (result: Pick<SendResult, 'kind'>) => void {
    let counted = true;
    return ({ kind }) => {
      if (!counted || kind === 'accepted' || kind === 'unknown') return;
      counted = false;
      this.#dependencies.limits.giveBackNumbers(message.e164, countedAt);
    };
  }

  /** The message's turn on its route, or once on that route's fallback. */
  async #turn(
    at: MessageAtGate,
    pick: Chosen,
    turn: RouteTurn | Promise<RouteTurn>,
    latest: Instant,
  ): Promise<Turn> {
    const first = await this.#turnOn(at, pick, turn);
    if (first.kind !== 'over' || first.over.kind !== 'fallback') return first;
    const { clock, limits } = this.#dependencies;
    const second = this.#pick(at, first.over.route, clock.now());
    if (!second.picked) return { ...first, why: second.reason };
    const last = limits.enterRoute(second.route.name, latest, at.options.signal);
    const secondTurn = await this.#turnOn(at, second, last);
    return secondTurn.kind === 'over'
      ? { ...secondTurn, why: `its fallback ${second.route.name} is over its limit as well` }
      : secondTurn;
  }

  async #turnOn(at: MessageAtGate, pick: Chosen, turn: RouteTurn | Promise<RouteTurn>): Promise<Turn> {
    if (!(turn instanceof Promise)) return turn.kind === 'go' ? { kind: 'go', pick } : turn;
    const ended = await turn;
    if (ended.kind !== 'go') return ended;
    // Health may have changed while it waited.
    const again = this.#pick(at, pick.route.name, this.#dependencies.clock.now());
    return { kind: 'go', pick: again.picked ? again : pick };
  }

  #pick({ state, message }: MessageAtGate, route: string | undefined, at: Instant): Picked {
    const { health, random } = this.#dependencies;
    return state.picker.pick(message, random, { route, health: health.view(at) });
  }
}

type Turn =
  | { readonly kind: 'go'; readonly pick: Chosen }
  | (Exclude<RouteTurn, { kind: 'go' }> & { readonly why?: string });

function refuse(result: SendResult): GateEntry {
  return { entered: false, result };
}

function factsOf({ id, state }: MessageAtGate, route: string | undefined) {
  return { id, revision: state.snapshot.revision, attempts: [], ...(route !== undefined && { route }) };
}

function noChannel(at: MessageAtGate, { route, reason }: Extract<Picked, { picked: false }>): SendResult {
  return { ...factsOf(at, route?.name), kind: 'no-channel', reason, retryAfterMs: 60_000 };
}

function numberLimited(
  at: MessageAtGate,
  { route }: Chosen,
  { index, window, retryAfterMs }: Extract<NumberAdmission, { counted: false }>,
): SendResult {
  // Of the numbers as written it may be another one: the Aliyun-compatible API takes some twice.
  const number = maskNumber(at.message.e164[index] ?? '');
  const reason = `nothing was sent: phoneNumbers[${String(index)}] (${number}) has had ${String(window.max)} messages within ${String(window.windowMs / 1000)} s, as many as this agent sends to one number`;
  return { ...factsOf(at, route.name), kind: 'number-limited', reason, index, retryAfterMs };
}

function turnedAway(at: MessageAtGate, { route }: Chosen, turn: Exclude<Turn, { kind: 'go' }>): SendResult {
  const facts = factsOf(at, route.name);
  if (turn.kind === 'gone')
    return { ...facts, kind: 'deadline', reason: 'the caller hung up before anything was written' };
  const { retryAfterMs, why } = turn;
  const more = why === undefined ? '' : `, and ${why}`;
  return {
    ...facts,
    kind: 'limited',
    reason: `nothing was sent: route ${route.name} is over its limit${more}`,
    retryAfterMs,
  };
}
