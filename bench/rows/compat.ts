import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { byApplication } from './contenders.ts';
import type { Bench } from './row.ts';

const closed = { kind: 'closed', concurrency: 64 } as const;

/** The Aliyun-compatible API beside the native one, each at an agent of its own, with undici in front of both. */
export const compat: Bench = {
  rows: [
    {
      id: 'compat',
      title: 'sends/s, Aliyun-compatible API ÷ native API, undici as client',
      target: { least: 0.85, unit: '' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const strategy = plainStrategy(upstream.url);
    const native = await stage.agent(strategy);
    const compatible = await stage.agent(strategy);
    const caller = { place: 'rest' } as const;
    const all = await rounds(
      [
        byApplication(
          stage,
          'native API',
          stage.application('native', native.url, caller),
          closed,
          native.process,
        ),
        byApplication(
          stage,
          'compatible API',
          stage.application('compat', compatible.url, caller),
          closed,
          compatible.process,
        ),
      ],
      stage.world.scale,
    );
    const value = ratioBy(seriesOf(all, 'compatible API'), seriesOf(all, 'native API'), ({ rate }) => rate);
    const notes = [...doubts(all), ...limitedByLoad(all)];
    return [{ row: 'compat', value, figures: throughputFigures(all), notes }];
  },
};
