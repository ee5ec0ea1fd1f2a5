import { eachInSteps, finish, tellChannelState } from '@waystation/core';
import type {
  Candidate,
  ChannelBlock,
  ChannelCondition,
  Clock,
  Message,
  RoutingSnapshot,
  Steps,
} from '@waystation/core';
import type { CredentialBook } from '../credentials/credential-book.ts';
import type { ProviderCaller } from '../http/compat/provider-caller.ts';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { SendOptions } from '../http/message-sender.ts';
import type { LimitBook } from '../limits/limit-book.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import type { Searcher } from '../reconcile/searcher.ts';
import type {
  BlockState,
  ChannelHealthState,
  ChannelState,
  LimitStates,
  SendCounts,
  SendSide,
} from '../status/send-side.ts';
import type { ApplyResult } from '../sync/strategy-applier.ts';
import type { BlockBook } from './block-book.ts';
import { deliveryPace } from './delivery-pace.ts';
import type { DeliveryPace } from './delivery-pace.ts';
import type { Routing } from './routing.ts';
import type { SendResult } from './send-result.ts';
import type { Sender } from './sender.ts';

/** The parts of the sending half. */
export interface SendingParts {
  readonly credentials: Pick<CredentialBook, 'stop'>;
  readonly routing: Pick<Routing, 'prepareInSteps' | 'take' | 'current' | 'stop'>;
  readonly sender: Pick<Sender, 'send' | 'counts'>;
  readonly caller: ProviderCaller;
  readonly searcher: Pick<Searcher, 'stop'>;
  readonly past: PastSearch;
  readonly health: Pick<HealthTracker, 'renewInSteps' | 'conditionOf' | 'probingFirst' | 'stop'>;
  readonly clock: Clock;
  readonly blocks: Pick<BlockBook, 'keep' | 'states' | 'stop'>;
  readonly limits: Pick<LimitBook, 'change' | 'limitedOf' | 'states' | 'stop'>;
}

/** The half of the agent that sends: credentials, routing and the sender as one. */
export class Sending implements SendSide {
  readonly #parts: SendingParts;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  get channels(): readonly ChannelState[] {
    return finish(this.channelsInSteps());
  }

  *channelsInSteps(): Steps<readonly ChannelState[]> {
    const state = this.#parts.routing.current();
    if (state === undefined) return [];
    const { limits } = this.#parts;
    const blocks = this.#parts.blocks.states;
    return yield* eachInSteps(state.channels.values(), ({ name, channel, host, account, inFlight }) => {
      const drained = state.snapshot.overrides.get(name)?.kind === 'drain';
      const health = this.#healthOf(name);
      const own = blocksOf(blocks, state.candidates.of(name));
      const standing = tellChannelState({ drained, health, blocks: own, limited: limits.limitedOf(name) });
      const { provider } = channel;
      return { name, ...standing, provider, host, account, drained, inFlight, health };
    });
  }

  get probingFirst(): boolean {
    return this.#parts.health.probingFirst;
  }

  get blocks(): readonly BlockState[] {
    return this.#parts.blocks.states;
  }

  get limits(): LimitStates {
    return this.#parts.limits.states;
  }

  get counts(): SendCounts {
    return this.#parts.sender.counts;
  }

  get caller(): ProviderCaller {
    return this.#parts.caller;
  }

  get past(): PastSearch {
    return this.#parts.past;
  }

  /** As `applyInSteps`, in one go. */
  apply(snapshot: RoutingSnapshot): ApplyResult {
    return finish(this.applyInSteps(snapshot));
  }

  *applyInSteps(snapshot: RoutingSnapshot): Steps<ApplyResult> {
    const { routing, blocks, health, limits } = this.#parts;
    const prepared = yield* routing.prepareInSteps(snapshot);
    if (!prepared.good) return { applied: false, reason: prepared.reason };
    const { channels, candidates } = prepared.state;
    const renewHealth = yield* health.renewInSteps(channels, snapshot);
    // In force as a whole: from here on nobody has a turn.
    const result = routing.take(prepared);
    blocks.keep([...channels.keys()].map((name) => candidates.of(name)));
    renewHealth();
    limits.change(snapshot.strategy.limits);
    return result;
  }

  send(message: Message, options: SendOptions): Promise<SendResult> {
    return this.#parts.sender.send(message, options);
  }

  paceOf(message: Message, route: string | undefined): DeliveryPace {
    return deliveryPace(this.#parts.routing.current(), message, route);
  }

  async stop(timeoutMs: number): Promise<void> {
    // What is searched for stays unknown: whoever waits for it is told so.
    this.#parts.searcher.stop();
    await this.#parts.credentials.stop();
    await this.#parts.health.stop();
    this.#parts.limits.stop();
    this.#parts.blocks.stop();
    await this.#parts.routing.stop(timeoutMs);
  }

  #healthOf(name: string): ChannelHealthState | undefined {
    const { health, clock } = this.#parts;
    const condition = health.conditionOf(name);
    return condition && healthStateOf(condition, clock);
  }
}

function healthStateOf({ health, score }: ChannelCondition, clock: Clock): ChannelHealthState {
  const at = (instant: number) =>
    new Date(clock.wallTime() + Math.round(instant - clock.now())).toISOString();
  return {
    state: health.state,
    why: health.why,
    since: at(health.since),
    ...(score !== undefined && { score }),
    ...(health.state === 'ejected' && { until: at(health.until), evidence: health.strikes.evidence }),
  };
}

/** Those that keep every message from a channel: a missing sign or template keeps some. */
function blocksOf(blocks: readonly BlockState[], candidate: Candidate): ChannelBlock[] {
  return blocks.flatMap(({ kind, name, code, reason, until }) =>
    kind !== 'content' && candidate[kind] === name
      ? [{ scope: { kind, name }, ...(code !== undefined && { code }), reason, until }]
      : [],
  );
}
