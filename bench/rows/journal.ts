import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { underWrk } from './contenders.ts';
import type { Bench } from './row.ts';

/** What a key costs: the journal is flushed before the request goes out. */
export const journal: Bench = {
  rows: [
    {
      id: 'journal',
      title: 'sends/s with Idempotency-Key (journal flushed) ÷ without',
      target: { least: 0.6, unit: '' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const strategy = plainStrategy(upstream.url);
    const all = await rounds(
      [
        underWrk(stage, 'with a key', await stage.agent(strategy), { keyed: true }),
        underWrk(stage, 'without', await stage.agent(strategy)),
      ],
      stage.world.scale,
    );
    const value = ratioBy(seriesOf(all, 'with a key'), seriesOf(all, 'without'), ({ rate }) => rate);
    const notes = [...doubts(all), ...limitedByLoad(all)];
    return [{ row: 'journal', value, figures: throughputFigures(all), notes }];
  },
};
