import { rounds } from '../measure/rounds.ts';
import { underWrk } from '../rows/contenders.ts';
import { evenStrategy } from '../stage/strategy.ts';
import type { Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** More channels to draw from, each with connections of its own to the one upstream. */
export const channels: Growth = {
  id: 'growth-channels',
  title: 'Channels of a route',
  grows: 'channels',
  async run(stage) {
    const { url } = await stage.upstream();
    const amounts = stage.world.scale.name === 'smoke' ? [10] : [1, 10, 100, 1000];
    const contenders = [];
    for (const amount of amounts) {
      const agent = await stage.agent(evenStrategy(url, amount));
      contenders.push(underWrk(stage, String(amount), agent));
    }
    return pointsOf(await rounds(contenders, stage.world.scale));
  },
};
