import { buildPickerInSteps, finish } from '@waystation/core';
import type { Channel, Picker, RoutingSnapshot, Steps } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { renewChannels } from '../pool/channel-pools.ts';
import type { ChannelChanges, ChannelSet } from '../pool/channel-pools.ts';
import type { SendChannel } from '../pool/send-channel.ts';
import type { ApplyResult, StrategyApplier } from '../sync/strategy-applier.ts';
import { Candidates } from './candidates.ts';
import { refuseLocally } from './local-rules.ts';
import type { LocalRules } from './local-rules.ts';

/** Everything a message is sent by, at one revision. Immutable; replaced whole. */
export interface RoutingState {
  readonly snapshot: RoutingSnapshot;
  readonly picker: Picker;
  readonly channels: ChannelSet;
  readonly candidates: Candidates;
}

/** The hold of one message on the state that it began with; its channels stay open until it is released. */
export interface RoutingLease {
  readonly state: RoutingState;
  release(): void;
}

/** What a snapshot came to, before it is in force. */
export type PreparedRouting =
  | { readonly good: true; readonly state: RoutingState; readonly changes: ChannelChanges }
  | { readonly good: false; readonly reason: string };

/** What routing is built from. */
export interface RoutingDependencies {
  readonly rules: LocalRules;
  readonly openChannel: (name: string, channel: Channel) => SendChannel;
  /** What an operator should know of this host's credentials. */
  readonly troubles: () => readonly string[];
  readonly log: AgentLogger;
}

/** How long attempts under way on a channel that nobody uses any more may take to end. */
const drainMs = 60_000;

/** Holds the state that is routed by, and swaps it in one step; messages under way end on the one they began with. */
export class Routing implements StrategyApplier {
  readonly #dependencies: RoutingDependencies;
  /** Every state that a message still uses, with how many do; the current one is always among them. */
  readonly #users = new Map<RoutingState, number>();
  readonly #closing = new Set<Promise<void>>();
  #current: RoutingState | undefined;
  #stopped = false;

  constructor(dependencies: RoutingDependencies) {
    this.#dependencies = dependencies;
  }

  /** What new messages are sent by; absent before the first strategy. */
  current(): RoutingState | undefined {
    return this.#current;
  }

  /** Takes the current state for one message; absent before the first strategy. Release it in any case. */
  acquire(): RoutingLease | undefined {
    const state = this.#current;
    if (state === undefined) return undefined;
    this.#count(state, 1);
    let released = false;
    return {
      state,
      release: () => {
        if (released) return;
        released = true;
        this.#count(state, -1);
        this.#retire(state);
      },
    };
  }

  /** As `applyInSteps`, in one go. */
  apply(snapshot: RoutingSnapshot): ApplyResult {
    return finish(this.applyInSteps(snapshot));
  }

  *applyInSteps(snapshot: RoutingSnapshot): Steps<ApplyResult> {
    const prepared = yield* this.prepareInSteps(snapshot);
    return prepared.good ? this.take(prepared) : { applied: false, reason: prepared.reason };
  }

  /** Builds what a snapshot comes to; nothing has changed before it is taken. One at a time. */
  *prepareInSteps(snapshot: RoutingSnapshot): Steps<PreparedRouting> {
    const { rules, openChannel } = this.#dependencies;
    const reason = yield* refuseLocally(snapshot, rules);
    if (reason !== undefined) return { good: false, reason };
    const known = this.#current?.channels ?? new Map();
    const changes = yield* renewChannels(known, snapshot.strategy.channels, openChannel);
    const picker = yield* buildPickerInSteps(snapshot);
    const { channels } = changes;
    const candidates = new Candidates(channels);
    // Made now, message by message they would be late.
    for (const name of channels.keys()) {
      candidates.of(name);
      yield;
    }
    return { good: true, state: { snapshot, picker, channels, candidates }, changes };
  }

  /** Routes by what was prepared, from now on. */
  take({ state, changes }: Extract<PreparedRouting, { good: true }>): ApplyResult {
    const { troubles, log } = this.#dependencies;
    const former = this.#current;
    this.#count(state, 0);
    this.#current = state;
    if (former !== undefined) this.#retire(former);
    const { opened, kept, left } = changes;
    log.debug({ opened: opened.length, kept: kept.length, left: left.length }, 'channels renewed');
    return { applied: true, warnings: troubles() };
  }

  /** Lets attempts under way end, at most `timeoutMs`, and closes every connection. */
  async stop(timeoutMs: number): Promise<void> {
    const channels = new Set([...this.#users.keys()].flatMap((state) => [...state.channels.values()]));
    this.#current = undefined;
    this.#stopped = true;
    this.#users.clear();
    await Promise.all([...channels].map((channel) => channel.drain(timeoutMs)));
    await Promise.all(this.#closing);
  }

  #count(state: RoutingState, change: number): void {
    this.#users.set(state, (this.#users.get(state) ?? 0) + change);
  }

  /** Forgets a state that was replaced and that no message uses, and closes the channels that are in no other. */
  #retire(state: RoutingState): void {
    // Every channel is being closed already.
    if (this.#stopped) return;
    if (state === this.#current || (this.#users.get(state) ?? 1) > 0) return;
    this.#users.delete(state);
    const used = new Set([...this.#users.keys()].flatMap((other) => [...other.channels.values()]));
    for (const channel of state.channels.values()) {
      if (used.has(channel)) continue;
      const closing: Promise<void> = channel.drain(drainMs).finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }
}
