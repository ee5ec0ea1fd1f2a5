import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import type { Contender } from '../measure/rounds.ts';
import { sampleOf } from '../measure/sample.ts';
import type { Sample } from '../measure/sample.ts';
import type { Stage } from '../stage/stage.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { byApplication, leastName, underWrk } from './contenders.ts';
import type { Bench } from './row.ts';

const rate = ({ rate: sends }: Sample): number => sends;
const closed = { kind: 'closed', concurrency: 64 } as const;

/** Sends a second of one core, 64 at a time, by everything that can send. */
export const throughput: Bench = {
  rows: [
    { id: 'throughput', title: 'sends/s, agent ÷ SDK direct, c=64', target: { least: 2, unit: '' } },
    { id: 'node-proxy', title: 'sends/s, agent ÷ bare Node forward proxy', target: { least: 0.7, unit: '' } },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const agent = await stage.agent(plainStrategy(upstream.url));
    const sdk = stage.application('sdk', upstream.url, { place: 'subject' });
    const signer = stage.application('official-signer', upstream.url, { place: 'subject' });
    const all = await rounds(
      [
        underWrk(stage, 'agent', agent),
        upstreamAlone(stage, upstream),
        byApplication(stage, 'SDK direct', sdk, closed),
        byApplication(stage, 'undici and the official signer', signer, closed),
        underWrk(stage, leastName, await stage.relay(upstream.url)),
        underWrk(stage, 'Node proxy', await stage.proxy('node-proxy', upstream)),
        underWrk(stage, 'nginx as a proxy', await stage.proxy('nginx', upstream)),
        underWrk(stage, 'HAProxy', await stage.proxy('haproxy', upstream)),
      ],
      stage.world.scale,
    );
    const own = seriesOf(all, 'agent');
    return [
      {
        row: 'throughput',
        value: ratioBy(own, seriesOf(all, 'SDK direct'), rate),
        figures: throughputFigures(all),
        notes: [...doubts(all), ...limitedByLoad(all)],
      },
      { row: 'node-proxy', value: ratioBy(own, seriesOf(all, 'Node proxy'), rate), figures: [], notes: [] },
    ];
  },
};

/** The upstream under the same load without anybody between: faster than all, or it is the limit. */
function upstreamAlone(stage: Stage, upstream: Upstream): Contender<Sample> {
  const { cores } = stage.world;
  return {
    name: 'upstream alone',
    measure: () => sampleOf(cores, upstream.process, () => stage.wrk(upstream.url, { place: 'subject' })),
  };
}
