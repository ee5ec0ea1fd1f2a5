import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { byApplication, leastName, underWrk } from './contenders.ts';
import type { Bench } from './row.ts';

/** The same upstream over TLS, with connections that stay. */
export const tls: Bench = {
  rows: [
    { id: 'tls', title: 'sends/s with TLS upstream, agent ÷ SDK over TLS', target: { least: 1.8, unit: '' } },
  ],
  async run(stage) {
    const { tlsUrl, caFile } = await stage.upstream();
    const agent = await stage.agent(plainStrategy(tlsUrl), { env: { NODE_EXTRA_CA_CERTS: caFile } });
    const sdk = stage.application('sdk', tlsUrl, { place: 'subject', caFile });
    const all = await rounds(
      [
        underWrk(stage, 'agent, TLS', agent),
        underWrk(stage, `${leastName}, TLS`, await stage.relay(tlsUrl, caFile)),
        byApplication(stage, 'SDK over TLS', sdk, { kind: 'closed', concurrency: 64 }),
      ],
      stage.world.scale,
    );
    const value = ratioBy(seriesOf(all, 'agent, TLS'), seriesOf(all, 'SDK over TLS'), ({ rate }) => rate);
    const notes = [...doubts(all), ...limitedByLoad(all)];
    return [{ row: 'tls', value, figures: throughputFigures(all), notes }];
  },
};
