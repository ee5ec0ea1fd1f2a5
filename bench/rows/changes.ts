import { setTimeout as delay } from 'node:timers/promises';
import { doubts, latencyFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import type { Contender } from '../measure/rounds.ts';
import type { Sample } from '../measure/sample.ts';
import { spreadOf } from '../measure/spread.ts';
import type { AgentProcess } from '../stage/agent-process.ts';
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
    const caller = { place: 'rest' } as const;
    const through = (name: string, agent: AgentProcess, fleet: string): Contender<Sample> => {
      const application = stage.application('native', agent.url, caller);
      const { measure, ...others } = byApplication(stage, name, application, steady);
      return { ...others, measure: () => whileChanging(store, upstream.url, fleet, measure) };
    };
    const all = await rounds(
      // Nobody follows the second fleet: the changes are made, and are no concern of the agent.
      [through('changing', moving, 'moving'), through('unchanged', still, 'nobody')],
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

/** Puts a strategy for a fleet ten times a second until something is done. */
async function whileChanging<Result>(
  store: FleetStore,
  endpoint: string,
  fleet: string,
  what: () => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const mover = (async () => {
    for (let step = 1; !over.signal.aborted; step += 1) {
      const next = delay(1000 / changesPerSecond);
      await store.put(variant(endpoint, step), fleet);
      await next;
    }
  })();
  try {
    return await what();
  } finally {
    over.abort();
    await mover;
  }
}
