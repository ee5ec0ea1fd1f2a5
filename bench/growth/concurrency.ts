import { rounds } from '../measure/rounds.ts';
import { underWrk } from '../rows/contenders.ts';
import { evenStrategy } from '../stage/strategy.ts';
import type { Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** More callers at a time; four channels, since one takes 256 requests at once and no more. */
export const concurrency: Growth = {
  id: 'growth-concurrency',
  title: 'Sends at a time',
  grows: 'connections of callers',
  async run(stage) {
    const { url } = await stage.upstream();
    const agent = await stage.agent(evenStrategy(url, 4));
    const amounts = stage.world.scale.name === 'smoke' ? [64] : [1, 4, 16, 64, 256, 1024];
    const contenders = amounts.map((connections) =>
      underWrk(stage, String(connections), agent, { connections }),
    );
    return pointsOf(await rounds(contenders, stage.world.scale));
  },
};
