import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { underWrk } from './contenders.ts';
import type { Bench } from './row.ts';

const count = 500;

/** Callers that hold connections and do nothing with them, beside those that send. */
export const silentCallers: Bench = {
  rows: [
    {
      id: 'silent-callers',
      title: 'sends/s beside 500 callers that read nothing or send no end ÷ without them',
      target: { least: 0.9, unit: '' },
    },
  ],
  async run(stage) {
    const { url } = await stage.upstream();
    const beset = await stage.agent(plainStrategy(url));
    const alone = await stage.agent(plainStrategy(url));
    const callers = stage.subject('silent-callers', [beset.url, String(count)], 'rest');
    await callers.ask('are all connected?');
    const all = await rounds(
      [underWrk(stage, 'beside silent callers', beset), underWrk(stage, 'alone', alone)],
      stage.world.scale,
    );
    const value = ratioBy(seriesOf(all, 'beside silent callers'), seriesOf(all, 'alone'), ({ rate }) => rate);
    const notes = [...doubts(all), ...limitedByLoad(all)];
    return [{ row: 'silent-callers', value, figures: throughputFigures(all), notes }];
  },
};
