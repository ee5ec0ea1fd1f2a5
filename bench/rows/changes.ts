import { setTimeout as delay } from 'node:timers/promises';
import { doubts, latencyFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import type { LoadResult } from '../measure/load-result.ts';
import { spreadOf } from '../measure/spread.ts';
import { FleetStore } from '../stage/fleet-store.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Document } from '../stage/strategy.ts';
import { byApplication } from './contenders.ts';
import type { Bench } from './row.ts';

const steady = { kind: 'open', ratePerSecond: 1000 } as const;
const changesPerSecond = 10;

/** Weights move at every step; every fifth step a channel comes or goes. */
function variant(endpoint: string, step: number): Document {
  const names = ['cn-hangzhou', 'cn-shanghai', ...(step % 10 < 5 ? ['cn-beijing'] : [])];
  const weights = Object.fromEntries(names.map((name, at) => [name, 1 + ((step + at) % 9)]));
  return plainStrategy(endpoint, {
    channels: Object.fromEntries(names.map((name) => [name, channel(endpoint)])),
    routes: [{ name: 'default', policy: { kind: 'weighted-random', weights } }],
  });
}

/** A thousand sends a second while the strategy moves in etcd, beside an agent whose strategy stands still. */
export const changes: Bench = {
  rows: [
    {
      id: 'changes',
      title: 'p99 while the strategy changes 10 times a second ÷ unchanged',
      target: { most: 1.2, unit: '' },
    },
    {
      id: 'changes-failed',
      title: 'failed sends while the strategy changes 10 times a second',
      target: { most: 0, unit: 'sends' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const store = await FleetStore.start(stage);
    const follow = async (fleet: string) => {
      await store.put(variant(upstream.url, 0), fleet);
      return stage.agentWith({ flags: store.flags(fleet) });
    };
    const [moving, still] = [await follow('moving'), await follow('still')];
    let step = 0;
    const changing = async (send: () => Promise<LoadResult>): Promise<LoadResult> => {
      const over = new AbortController();
      const mover = (async () => {
        while (!over.signal.aborted) {
          const next = delay(1000 / changesPerSecond);
          await store.put(variant(upstream.url, (step += 1)), 'moving');
          await next;
        }
      })();
      const result = await send();
      over.abort();
      await mover;
      return result;
    };
    const caller = { place: 'rest' } as const;
    const unchanged = byApplication(
      stage,
      'unchanged',
      stage.application('native', still.url, caller),
      steady,
    );
    const changed = byApplication(stage, 'changing', stage.application('native', moving.url, caller), steady);
    const all = await rounds(
      [
        { ...changed, measure: () => changing(changed.measure) as ReturnType<typeof changed.measure> },
        unchanged,
      ],
      stage.world.scale,
    );
    const own = seriesOf(all, 'changing');
    const failed = spreadOf(own.samples.map(({ failures }) => failures));
    const { refused } = await moving.status();
    const notes = refused === undefined ? [] : [`A strategy was refused: ${refused.reason}`];
    return [
      {
        row: 'changes',
        value: ratioBy(own, seriesOf(all, 'unchanged'), ({ p99Ms }) => p99Ms),
        figures: latencyFigures(all),
        notes: [...doubts(all), ...notes],
      },
      { row: 'changes-failed', value: { ...failed, median: failed.max }, figures: [], notes: [] },
    ];
  },
};
