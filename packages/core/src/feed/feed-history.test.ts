import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreEntry, StoreEvent } from '../store.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { feedDefaults } from './feed-state.ts';
import type { FeedEffect, FeedEvent, FeedState } from './feed-state.ts';
import { feedWakeAt, startFeed, stepFeed } from './feed-step.ts';

const keys = { strategy: 'r/strategy', overrides: 'r/overrides/' };

/** A store that can be written, restored from an older state, and cut off. */
class FakeStore {
  revision = 1;
  clusterId = 'c1';
  /** Rises with every restore: a watch belongs to the process it was opened at. */
  incarnation = 0;
  entries = new Map<string, StoreEntry>();
  log: StoreEvent[] = [];
  #saved: { revision: number; entries: Map<string, StoreEntry>; log: StoreEvent[] } | undefined;

  put(key: string, value: string): void {
    this.revision += 1;
    const entry = { key, value, modRevision: this.revision, createRevision: this.revision };
    this.entries.set(key, entry);
    this.log.push({ type: 'put', entry });
  }

  delete(key: string): void {
    if (!this.entries.delete(key)) return;
    this.revision += 1;
    this.log.push({ type: 'delete', key, revision: this.revision });
  }

  save(): void {
    this.#saved = { revision: this.revision, entries: new Map(this.entries), log: [...this.log] };
  }

  restore(clusterId: string): void {
    if (this.#saved === undefined) return;
    this.revision = this.#saved.revision;
    this.entries = new Map(this.#saved.entries);
    this.log = [...this.#saved.log];
    this.clusterId = clusterId;
    this.incarnation += 1;
  }

  after(revision: number): StoreEvent[] {
    return this.log.filter(
      (event) => (event.type === 'put' ? event.entry.modRevision : event.revision) > revision,
    );
  }
}

type Applied = Extract<FeedEffect, { type: 'apply' }>;

/** A feed with its driver in small: performs effects against the store, now or never. */
class Driver {
  readonly store = new FakeStore();
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
    const { state, effects } = startFeed({ ...feedDefaults, keys }, 0);
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
            const modRevision = entries.get(keys.strategy)?.modRevision ?? 0;
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

const strategies = fc.constantFrom('S1', 'S2', 'S3', 'S4');
const channels = fc.constantFrom('a', 'b');

/** What may happen, as functions on the driver with the words to print them by. */
const command = fc.oneof(
  strategies.map(
    (text) =>
      [
        `strategy ${text}`,
        (d: Driver) => {
          d.store.put(keys.strategy, text);
        },
      ] as const,
  ),
  channels.map(
    (c) =>
      [
        `drain ${c}`,
        (d: Driver) => {
          d.store.put(`${keys.overrides}${c}`, '{"kind":"drain"}');
        },
      ] as const,
  ),
  channels.map(
    (c) =>
      [
        `undrain ${c}`,
        (d: Driver) => {
          d.store.delete(`${keys.overrides}${c}`);
        },
      ] as const,
  ),
  fc.constant([
    'delete the strategy',
    (d: Driver) => {
      d.store.delete(keys.strategy);
    },
  ] as const),
  fc.constant([
    'write another key',
    (d: Driver) => {
      d.store.put('r/rollout', 'x');
    },
  ] as const),
  fc.constant([
    'save',
    (d: Driver) => {
      d.store.save();
    },
  ] as const),
  fc.constantFrom('c1', 'c2').map(
    (c) =>
      [
        `restore into ${c}`,
        (d: Driver) => {
          d.store.restore(c);
        },
      ] as const,
  ),
  fc.constant([
    'deliver',
    (d: Driver) => {
      d.deliver();
    },
  ] as const),
  fc.constant([
    'lose the watch',
    (d: Driver) => {
      d.lose();
    },
  ] as const),
  fc.boolean().map(
    (away) =>
      [
        away ? 'store away' : 'store back',
        (d: Driver) => {
          d.away = away;
        },
      ] as const,
  ),
  fc.boolean().map(
    (off) =>
      [
        off ? 'member cut off' : 'member back',
        (d: Driver) => {
          d.cutOff = off;
        },
      ] as const,
  ),
  fc.integer({ min: 1, max: 70_000 }).map(
    (ms) =>
      [
        `wait ${String(ms)}`,
        (d: Driver) => {
          d.wait(ms);
        },
      ] as const,
  ),
);

/** Faults end, and the watch shows its signs of life again. */
function calmDown(driver: Driver): void {
  driver.away = false;
  driver.cutOff = false;
  for (let second = 0; second < 200; second += 4) {
    driver.wait(4000);
    driver.deliver();
  }
}

function expectNewest(driver: Driver): void {
  const stored = driver.store.entries.get(keys.strategy);
  if (stored !== undefined) {
    expect(driver.applied?.strategy).toEqual({ text: stored.value, revision: stored.modRevision });
  }
  const drained = [...driver.store.entries.keys()].filter((key) => key.startsWith(keys.overrides));
  expect([...driver.overrides.keys()].sort()).toEqual(
    drained.map((key) => key.slice(keys.overrides.length)).sort(),
  );
  expect(driver.stale).toBe(false);
}

describe('any history of a store and its faults', () => {
  it('ends in what the store holds, and revisions never go back within a watch', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (history) => {
        const driver = new Driver();
        for (const [, happen] of history) happen(driver);
        calmDown(driver);
        expectNewest(driver);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a strategy whose event was lost, by the next check', () => {
    const driver = new Driver();
    driver.store.put(keys.strategy, 'S1');
    driver.deliver();
    driver.store.put(keys.strategy, 'S2');
    driver.drop();
    driver.deliver();
    expect(driver.applied?.strategy.text).toBe('S1');
    calmDown(driver);
    expectNewest(driver);
  });

  it('finds a drain that a member which is cut off keeps back, by the check after the next', () => {
    const driver = new Driver();
    driver.store.put(keys.strategy, 'S1');
    driver.deliver();
    driver.cutOff = true;
    driver.store.put(`${keys.overrides}a`, '{"kind":"drain"}');
    for (let second = 0; second < 130; second += 4) {
      driver.wait(4000);
      driver.deliver();
    }
    expect([...(driver.applied?.overrides.keys() ?? [])]).toEqual(['a']);
  });

  it('spreads ten thousand that fall together over seconds', () => {
    const random = seededRandom(2);
    const options = { ...feedDefaults, keys };
    const snapshot = { revision: 1, clusterId: 'c1', entries: [] };
    const wakes = Array.from({ length: 10_000 }, () => {
      let { state } = startFeed(options, 0);
      state = stepFeed(state, { type: 'listed', at: 0, generation: 1, snapshot }, random).state;
      state = stepFeed(state, { type: 'watch-lost', at: 10, generation: 1, reason: 'gone' }, random).state;
      for (let failure = 0; failure < 3; failure += 1) {
        const at = feedWakeAt(state) ?? Number.NaN;
        state = stepFeed(state, { type: 'time', at }, random).state;
        const { generation } = state;
        state = stepFeed(state, { type: 'list-failed', at, generation, reason: 'away' }, random).state;
      }
      return feedWakeAt(state) ?? Number.NaN;
    });
    const busiest = new Map<number, number>();
    for (const at of wakes) busiest.set(Math.floor(at / 1000), (busiest.get(Math.floor(at / 1000)) ?? 0) + 1);
    expect(Math.max(...busiest.values())).toBeLessThan(2000);
    expect(Math.max(...wakes)).toBeLessThan(1000 + 2000 + 4000 + 8000 + 10);
  });
});
