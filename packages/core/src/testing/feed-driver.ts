import { expect } from 'vitest';
import { feedDefaults } from '../feed/feed-state.ts';
import type { FeedEffect, FeedEvent, FeedState } from '../feed/feed-state.ts';
import { feedWakeAt, startFeed, stepFeed } from '../feed/feed-step.ts';
import { RestorableStore } from './restorable-store.ts';
import { seededRandom } from './seeded-random.ts';

/** The keys that a feed follows. */
export const feedKeys = { strategy: 'r/strategy', overrides: 'r/overrides/' };

type Applied = Extract<FeedEffect, { type: 'apply' }>;

/** A feed with its driver in small: performs effects against the store, now or never. */
export class FeedDriver {
  readonly store = new RestorableStore();
  now = 0;
  applied: Applied | undefined;
  /** What holds over the strategy that is routed by; at first what was kept from before. */
  overrides: Applied['overrides'] = new Map([['c', { kind: 'drain' }]]);
  /** Calls to the store fail. */
  away = false;
  /** The watch is open and nothing comes through it but signs of life of the revision it had. */
  cutOff = false;
  #state: FeedState;
  readonly #dice = seededRandom(11);
  #watch: { generation: number; told: number; incarnation: number } | undefined;
  #appliedInWatch = 0;

  constructor() {
    const { state, effects } = startFeed({ ...feedDefaults, keys: feedKeys }, 0);
    this.#state = state;
    this.#perform(effects);
  }

  #step(event: FeedEvent): void {
    const { state, effects } = stepFeed(this.#state, event, this.#dice);
    this.#state = state;
    this.#perform(effects);
  }

  #perform(effects: readonly FeedEffect[]): void {
    for (const effect of effects) {
      const at = this.now;
      switch (effect.type) {
        case 'apply':
          expect(effect.strategy.revision).toBeGreaterThanOrEqual(this.#appliedInWatch);
          this.#appliedInWatch = effect.strategy.revision;
          this.applied = effect;
          this.overrides = effect.overrides;
          break;
        case 'override':
          expect(this.applied).toBeUndefined();
          this.overrides = effect.overrides;
          break;
        case 'stop':
          this.#watch = undefined;
          break;
        case 'list': {
          const { generation } = effect;
          this.#watch = undefined;
          // Only a list may lead back to an older revision.
          this.#appliedInWatch = 0;
          if (this.away) this.#step({ type: 'list-failed', at, generation, reason: 'away' });
          else {
            const { revision, clusterId, entries } = this.store;
            const snapshot = { revision, clusterId, entries: [...entries.values()] };
            this.#step({ type: 'listed', at, generation, snapshot });
          }
          break;
        }
        case 'watch':
          this.#watch = {
            generation: effect.generation,
            told: effect.fromRevision - 1,
            incarnation: this.store.incarnation,
          };
          break;
        case 'check': {
          const { generation } = effect;
          if (this.away) this.#step({ type: 'check-failed', at, generation, reason: 'away' });
          else {
            const { revision, clusterId, entries } = this.store;
            const modRevision = entries.get(feedKeys.strategy)?.modRevision ?? 0;
            this.#step({ type: 'checked', at, generation, clusterId, revision, modRevision });
          }
          break;
        }
        case 'warn':
          break;
      }
    }
  }

  /** Lets the watch tell what it knows, as far as it is alive. */
  deliver(): void {
    const watch = this.#watch;
    if (watch === undefined || this.away) return;
    // A watch does not survive a restore; it merely falls silent.
    if (watch.incarnation !== this.store.incarnation) return;
    const events = this.cutOff ? [] : this.store.after(watch.told);
    const revision = this.cutOff ? watch.told : this.store.revision;
    this.#watch = { ...watch, told: revision };
    this.#step({ type: 'batch', at: this.now, generation: watch.generation, batch: { revision, events } });
  }

  lose(): void {
    const watch = this.#watch;
    if (watch === undefined) return;
    this.#step({ type: 'watch-lost', at: this.now, generation: watch.generation, reason: 'lost' });
  }

  /** Events are lost on their way, and the watch goes on as if there had been none. */
  drop(): void {
    if (this.#watch !== undefined) this.#watch = { ...this.#watch, told: this.store.revision };
  }

  wait(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      const wake = feedWakeAt(this.#state) ?? end;
      this.now = Math.min(end, Math.max(wake, this.now + 0.001));
      this.#step({ type: 'time', at: this.now });
    }
  }

  get stale(): boolean {
    return this.#state.staleSince !== undefined;
  }
}
