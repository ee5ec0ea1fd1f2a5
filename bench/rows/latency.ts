import { doubts, latencyFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { spreadOf } from '../measure/spread.ts';
import type { Contender, Series } from '../measure/rounds.ts';
import type { Sample } from '../measure/sample.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { Stage } from '../stage/stage.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { LoadOrder } from '../load/load-order.ts';
import { byApplication, leastName } from './contenders.ts';
import type { Bench } from './row.ts';

const agentName = 'through the agent';
const sdkName = 'SDK direct';

type Order = Omit<LoadOrder & { kind: 'closed' }, 'seconds'> | Omit<LoadOrder & { kind: 'open' }, 'seconds'>;

/** One application after the other: with undici through the agent, and with the SDK. */
async function bothWays(stage: Stage, order: Order): Promise<readonly Series<Sample>[]> {
  const upstream = await stage.upstream();
  return rounds(await waysTo(stage, upstream, order), stage.world.scale);
}

/** The same, and with undici through a relay that does nothing but what any agent in Node must. */
async function allWays(stage: Stage, order: Order): Promise<readonly Series<Sample>[]> {
  const upstream = await stage.upstream();
  const { url } = await stage.relay(upstream.url);
  const through = stage.application('native', url, { place: 'rest' });
  const ways = await waysTo(stage, upstream, order);
  return rounds([...ways, byApplication(stage, leastName, through, order)], stage.world.scale);
}

async function waysTo(stage: Stage, upstream: Upstream, order: Order): Promise<readonly Contender<Sample>[]> {
  const agent = await stage.agent(plainStrategy(upstream.url));
  const through = stage.application('native', agent.url, { place: 'rest' });
  // The SDK is the subject of its own application: it has the core that the agent has otherwise.
  const direct = stage.application('sdk', upstream.url, { place: 'subject' });
  return [byApplication(stage, agentName, through, order), byApplication(stage, sdkName, direct, order)];
}

function result(row: string, all: readonly Series<Sample>[], figure: (sample: Sample) => number) {
  const value = ratioBy(seriesOf(all, agentName), seriesOf(all, sdkName), figure);
  return [{ row, value, figures: latencyFigures(all), notes: doubts(all) }];
}

/** One send at a time. */
export const latency: Bench = {
  rows: [{ id: 'latency', title: 'p50, agent ÷ SDK direct, c=1', target: { most: 1.2, unit: '' } }],
  run: async (stage) =>
    result('latency', await allWays(stage, { kind: 'closed', concurrency: 1 }), ({ p50Ms }) => p50Ms),
};

/** A thousand sends a second, whatever the answers take. */
export const steady: Bench = {
  rows: [
    { id: 'steady', title: 'p99 at a steady 1,000/s, agent ÷ SDK direct', target: { most: 1, unit: '' } },
  ],
  run: async (stage) =>
    result('steady', await allWays(stage, { kind: 'open', ratePerSecond: 1000 }), ({ p99Ms }) => p99Ms),
};

/** What the application itself pays. */
export const applicationCpu: Bench = {
  rows: [
    {
      id: 'application-cpu',
      title: "application's CPU per 1,000 sends, by the agent ÷ by the SDK",
      target: { most: 0.4, unit: '' },
    },
  ],
  async run(stage) {
    const all = await bothWays(stage, { kind: 'closed', concurrency: 64 });
    const cost = ({ applicationCpuSeconds = Number.NaN, sends }: Sample): number =>
      (applicationCpuSeconds / sends) * 1000;
    const figures = all.map(({ name, samples }) => ({
      name: `${name}, CPU`,
      unit: 's per 1,000',
      ...spreadOf(samples.map(cost)),
    }));
    const value = ratioBy(seriesOf(all, agentName), seriesOf(all, sdkName), cost);
    return [{ row: 'application-cpu', value, figures, notes: doubts(all) }];
  },
};
