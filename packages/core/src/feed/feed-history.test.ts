import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedCommand } from '../testing/feed-commands.ts';
import { FeedDriver, feedKeys } from '../testing/feed-driver.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { feedDefaults } from './feed-state.ts';
import { feedWakeAt, startFeed, stepFeed } from './feed-step.ts';

/** Faults end, and the watch shows its signs of life again. */
function calmDown(driver: FeedDriver): void {
  driver.away = false;
  driver.cutOff = false;
  for (let second = 0; second < 200; second += 4) {
    driver.wait(4000);
    driver.deliver();
  }
}

function expectNewest(driver: FeedDriver): void {
  const stored = driver.store.entries.get(feedKeys.strategy);
  if (stored !== undefined) {
    expect(driver.applied?.strategy).toEqual({ text: stored.value, revision: stored.modRevision });
  }
  const drained = [...driver.store.entries.keys()].filter((key) => key.startsWith(feedKeys.overrides));
  expect([...driver.overrides.keys()].sort()).toEqual(
    drained.map((key) => key.slice(feedKeys.overrides.length)).sort(),
  );
  expect(driver.stale).toBe(false);
}

describe('any history of a store and its faults', () => {
  it('ends in what the store holds, and revisions never go back within a watch', () => {
    fc.assert(
      fc.property(fc.array(feedCommand, { maxLength: 40 }), (history) => {
        const driver = new FeedDriver();
        for (const [, happen] of history) happen(driver);
        calmDown(driver);
        expectNewest(driver);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a strategy whose event was lost, by the next check', () => {
    const driver = new FeedDriver();
    driver.store.put(feedKeys.strategy, 'S1');
    driver.deliver();
    driver.store.put(feedKeys.strategy, 'S2');
    driver.drop();
    driver.deliver();
    expect(driver.applied?.strategy.text).toBe('S1');
    calmDown(driver);
    expectNewest(driver);
  });

  it('finds a drain that a member which is cut off keeps back, by the check after the next', () => {
    const driver = new FeedDriver();
    driver.store.put(feedKeys.strategy, 'S1');
    driver.deliver();
    driver.cutOff = true;
    driver.store.put(`${feedKeys.overrides}a`, '{"kind":"drain"}');
    for (let second = 0; second < 130; second += 4) {
      driver.wait(4000);
      driver.deliver();
    }
    expect([...(driver.applied?.overrides.keys() ?? [])]).toEqual(['a']);
  });

  it('spreads ten thousand that fall together over seconds', () => {
    const random = seededRandom(2);
    const options = { ...feedDefaults, keys: feedKeys };
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
