import { mapOrder, startAttemptPlan, stepAttemptPlan } from '@waystation/core';
import type {
  AttemptEffect,
  AttemptPlan,
  AttemptVerdict,
  Candidate,
  Clock,
  Message,
  Pick as Picked,
  Random,
} from '@waystation/core';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import type { AttemptResult, SendChannel } from '../pool/send-channel.ts';
import type { SendCounts } from '../status/send-side.ts';
import type { AttemptAlerts } from './attempt-alerts.ts';
import type { AttemptLog } from './attempt-log.ts';
import { newMessageId } from './message-id.ts';
import type { Routing, RoutingState } from './routing.ts';
import { countOf, resultOf } from './send-outcome.ts';
import type { SendResult } from './send-result.ts';

/** What sending needs. */
export interface SenderDependencies {
  readonly routing: Pick<Routing, 'acquire' | 'current'>;
  readonly alerts: Pick<AttemptAlerts, 'tell'>;
  readonly health: Pick<HealthTracker, 'view' | 'watch'>;
  readonly clock: Clock;
  readonly random: Random;
}

type Route = Extract<Picked, { picked: true }>;
type AttemptOrder = Extract<AttemptEffect, { type: 'attempt' }>;

/** How the attempts of one message ended. */
interface Ended {
  readonly plan: AttemptPlan;
  readonly verdict: AttemptVerdict;
  /** What the provider said of the accepted request. */
  readonly accepted?: AttemptResult;
}

/** Sends messages: picks channels, and does what the attempt plan says. */
export class Sender implements MessageSender {
  readonly #dependencies: SenderDependencies;
  readonly #counts = { accepted: 0, failed: 0, unknown: 0 };

  constructor(dependencies: SenderDependencies) {
    this.#dependencies = dependencies;
  }

  /** Messages by their end since the start. */
  get counts(): SendCounts {
    return { ...this.#counts };
  }

  /** Sends one message by the strategy in force when it came. Never rejects for what others do. */
  async send(message: Message, options: SendOptions): Promise<SendResult> {
    const { routing, clock } = this.#dependencies;
    const id = options.id ?? newMessageId(clock.wallTime());
    const lease = routing.acquire();
    if (lease === undefined) {
      const reason = 'the agent has no strategy yet';
      return this.#counted({ kind: 'no-channel', id, revision: 0, attempts: [], reason, retryAfterMs: 1000 });
    }
    try {
      return this.#counted(await this.#sendBy(lease.state, id, message, options));
    } finally {
      lease.release();
    }
  }

  async #sendBy(
    state: RoutingState,
    id: string,
    message: Message,
    options: SendOptions,
  ): Promise<SendResult> {
    const { revision } = state.snapshot;
    const { route: name } = options;
    const health = this.#dependencies.health.view();
    const pick = state.picker.pick(message, this.#dependencies.random, {
      ...(name !== undefined && { route: name }),
      ...(health !== undefined && { health }),
    });
    if (!pick.picked) {
      const route = pick.route === undefined ? {} : { route: pick.route.name };
      const { reason } = pick;
      return { kind: 'no-channel', id, revision, ...route, attempts: [], reason, retryAfterMs: 60_000 };
    }
    const { plan, verdict, accepted } = await this.#attempt(state, pick, id, message, options);
    return resultOf({ id, revision, route: pick.route.name, attempts: plan.attempts, verdict, accepted });
  }

  /** Drives the plan of one message to its end. */
  async #attempt(
    state: RoutingState,
    pick: Route,
    id: string,
    message: Message,
    { timeoutMs, signal, attempts }: SendOptions,
  ): Promise<Ended> {
    const { clock } = this.#dependencies;
    const { connectMs, readMs, totalMs } = state.snapshot.strategy.timeouts;
    const startedAt = clock.now();
    const begun = startAttemptPlan(
      {
        candidates: mapOrder(pick.channels, (channel) => candidateOf(state, channel)),
        onUnknownOutcome: pick.route.onUnknownOutcome,
        deadline: startedAt + (timeoutMs ?? totalMs),
        connectMs,
        readMs,
      },
      startedAt,
    );
    let { plan, effect } = begun;
    const written = attempts && { log: attempts, route: pick.route.name };
    const giveUp = new AbortController();
    const onGone = (): void => {
      const step = stepAttemptPlan(plan, { type: 'caller-gone', at: clock.now() });
      plan = step.plan;
      if (step.effect.type === 'cancel-unwritten') giveUp.abort();
    };
    signal?.addEventListener('abort', onGone);
    if (signal?.aborted === true) onGone();
    try {
      let last: AttemptResult | undefined;
      while (effect.type === 'attempt') {
        last = await this.#attemptOnce(state, effect, id, message, plan, giveUp.signal, written);
        const at = clock.now();
        ({ plan, effect } = stepAttemptPlan(
          plan,
          last === undefined ? { type: 'no-room', at } : { type: 'ended', at, outcome: last.outcome },
        ));
      }
      if (effect.type !== 'finish') throw new Error(`an attempt plan asked for "${effect.type}" out of turn`);
      const { verdict } = effect;
      return { plan, verdict, ...(verdict.kind === 'accepted' && last !== undefined && { accepted: last }) };
    } finally {
      signal?.removeEventListener('abort', onGone);
    }
  }

  /** One attempt; undefined where the channel has no room for it, or was taken out of use meanwhile. */
  async #attemptOnce(
    state: RoutingState,
    { candidate, deadline }: AttemptOrder,
    id: string,
    message: Message,
    { input }: AttemptPlan,
    signal: AbortSignal,
    written?: { readonly log: AttemptLog; readonly route: string },
  ): Promise<AttemptResult | undefined> {
    const channel = this.#usable(state, candidate.channel);
    if (channel === undefined) return undefined;
    const { connectMs, readMs } = state.snapshot.strategy.timeouts;
    const outId = message.outId ?? id;
    if (written !== undefined) {
      const { revision } = state.snapshot;
      await written.log.starting({ candidate, outId, revision, route: written.route });
      // Writing takes a moment, in which the last place may have gone.
      if (this.#usable(state, candidate.channel) === undefined) {
        written.log.ended(undefined);
        return undefined;
      }
    }
    const limits = { deadline, connectMs, readMs, callerDeadline: input.deadline };
    const result = await this.#dependencies.health.watch(candidate, limits, () =>
      channel.send({ message, outId, deadline, connectMs, readMs, signal }),
    );
    written?.log.ended(result.outcome);
    this.#dependencies.alerts.tell(candidate, result.outcome);
    return result;
  }

  /** The channel, unless it has no room or was taken out of use. */
  #usable(state: RoutingState, name: string): SendChannel | undefined {
    const channel = state.channels.get(name);
    const override = this.#dependencies.routing.current()?.snapshot.overrides.get(name);
    return channel?.hasRoom === true && override?.kind !== 'drain' ? channel : undefined;
  }

  #counted(result: SendResult): SendResult {
    this.#counts[countOf(result)] += 1;
    return result;
  }
}

/** A channel of the strategy as the plan sees it. */
function candidateOf({ channels }: RoutingState, name: string): Candidate {
  const open = channels.get(name);
  if (open === undefined) throw new Error(`the picker named ${name}, which is no open channel`);
  return { channel: name, host: open.host, account: open.account, credential: open.channel.credential };
}
