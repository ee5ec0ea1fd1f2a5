import { feedDefaults, feedWakeAt, startFeed, stepFeed } from '@waystation/core';
import type {
  Clock,
  ConfigStore,
  FeedEffect,
  FeedEvent,
  FeedOptions,
  FeedState,
  FleetKeys,
  Instant,
  Random,
} from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import type { SourceState, StrategyFeed, StrategyTaker } from './offered-strategy.ts';

/** What following a store needs. */
export interface StoreSyncDependencies {
  /** Opens the store on first use; called again if it rejects. */
  readonly openStore: () => Promise<ConfigStore>;
  readonly taker: StrategyTaker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
  /** Called when freshness changed. */
  readonly onChange: () => void;
}

/** Which fleet to follow, and at what pace. */
export interface StoreSyncOptions {
  readonly keys: FleetKeys;
  readonly pace?: Partial<Omit<FeedOptions, 'keys'>>;
}

/** Follows a fleet's strategy in a store: performs what the feed machine decides, and nothing else. */
export class StoreSync implements StrategyFeed {
  readonly #dependencies: StoreSyncDependencies;
  readonly #options: StoreSyncOptions;
  #feed: FeedState | undefined;
  #wake: NodeJS.Timeout | undefined;
  #wakeAt = Infinity;
  /** Ends the calls of the current generation. */
  #calls = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(dependencies: StoreSyncDependencies, options: StoreSyncOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
  }

  get state(): SourceState {
    const { clock } = this.#dependencies;
    const { staleSince, lastTrouble, seen, content } = this.#feed ?? {};
    const missing = seen !== undefined && content?.missing === true;
    const trouble =
      lastTrouble ?? (missing ? `there is no strategy at ${this.#options.keys.strategy}` : undefined);
    return {
      ...(staleSince !== undefined && { staleSince: clock.wallTime() - (clock.now() - staleSince) }),
      ...(trouble !== undefined && { trouble }),
    };
  }

  /** Begins; returns without waiting for the store, which may be away for days. */
  start(): Promise<void> {
    const { keys, pace } = this.#options;
    const options = {
      ...feedDefaults,
      ...pace,
      keys: { strategy: keys.strategy, overrides: keys.overrides },
    };
    const { state, effects } = startFeed(options, this.#dependencies.clock.now());
    this.#become(state, effects);
    return Promise.resolve();
  }

  /** Ends every call and waits for its end. The store itself belongs to whoever opened it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#wake);
    this.#calls.abort();
    await Promise.allSettled(this.#running);
  }

  #step(event: FeedEvent): void {
    if (this.#stopped || this.#feed === undefined) return;
    const { state, effects } = stepFeed(this.#feed, event, this.#dependencies.random);
    this.#become(state, effects);
  }

  #become(state: FeedState, effects: readonly FeedEffect[]): void {
    const before = this.#feed;
    this.#feed = state;
    for (const effect of effects) this.#perform(effect);
    if (before?.staleSince !== state.staleSince) this.#dependencies.onChange();
    if (
      before?.lastTrouble !== undefined &&
      state.staleSince === undefined &&
      before.staleSince !== undefined
    ) {
      this.#dependencies.log.info({ revision: state.seen?.revision }, 'strategy feed up to date again');
    }
    this.#wakeBy(feedWakeAt(state));
  }

  /** A timer that comes too early only looks: it need not be set anew with every sign of life. */
  #wakeBy(at: Instant | undefined): void {
    const { clock } = this.#dependencies;
    if (at !== undefined && this.#wakeAt <= at && !this.#stopped) return;
    clearTimeout(this.#wake);
    this.#wakeAt = Infinity;
    if (at === undefined || this.#stopped) return;
    this.#wakeAt = at;
    this.#wake = setTimeout(
      () => {
        this.#wakeAt = Infinity;
        this.#step({ type: 'time', at: clock.now() });
      },
      Math.max(1, Math.ceil(at - clock.now())),
    );
  }

  #perform(effect: FeedEffect): void {
    switch (effect.type) {
      case 'stop':
        this.#calls.abort();
        return;
      case 'list':
        this.#calls.abort();
        this.#calls = new AbortController();
        this.#run(this.#list(effect.generation, this.#calls.signal));
        return;
      case 'watch':
        this.#run(this.#watch(effect.generation, effect.fromRevision, this.#calls.signal));
        return;
      case 'check':
        this.#run(this.#check(effect.generation, this.#calls.signal));
        return;
      case 'apply':
        this.#dependencies.taker.offer({
          source: 'etcd',
          text: effect.strategy.text,
          revision: effect.strategy.revision,
          overrides: effect.overrides,
        });
        return;
      case 'override':
        this.#dependencies.taker.override(effect.overrides);
        return;
      case 'warn':
        this.#dependencies.log.warn({ about: effect.about, reason: effect.message }, 'strategy feed');
    }
  }

  #run(call: Promise<void>): void {
    this.#running.add(call);
    void call.finally(() => this.#running.delete(call));
  }

  async #list(generation: number, signal: AbortSignal): Promise<void> {
    const { openStore, clock } = this.#dependencies;
    try {
      const store = await openStore();
      const snapshot = await store.list(this.#options.keys.routing, { signal });
      this.#step({ type: 'listed', at: clock.now(), generation, snapshot });
    } catch (error) {
      this.#step({ type: 'list-failed', at: clock.now(), generation, reason: reasonOf(error) });
    }
  }

  async #watch(generation: number, fromRevision: number, signal: AbortSignal): Promise<void> {
    const { openStore, clock } = this.#dependencies;
    let reason = 'the watch ended';
    try {
      const store = await openStore();
      for await (const batch of store.watch(this.#options.keys.routing, fromRevision, { signal })) {
        this.#step({ type: 'batch', at: clock.now(), generation, batch });
      }
    } catch (error) {
      reason = reasonOf(error);
    }
    this.#step({ type: 'watch-lost', at: clock.now(), generation, reason });
  }

  async #check(generation: number, signal: AbortSignal): Promise<void> {
    const { openStore, clock } = this.#dependencies;
    try {
      const store = await openStore();
      const { revision, clusterId, entry } = await store.get(this.#options.keys.strategy, { signal });
      const modRevision = entry?.modRevision ?? 0;
      this.#step({ type: 'checked', at: clock.now(), generation, clusterId, revision, modRevision });
    } catch (error) {
      this.#step({ type: 'check-failed', at: clock.now(), generation, reason: reasonOf(error) });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
