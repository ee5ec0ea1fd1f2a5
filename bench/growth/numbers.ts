import { rounds } from '../measure/rounds.ts';
import { underWrk } from '../rows/contenders.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** More numbers a message: one request to the provider, however many. */
export const numbers: Growth = {
  id: 'growth-numbers',
  title: 'Numbers of a message',
  grows: 'numbers a message',
  async run(stage) {
    const { url } = await stage.upstream();
    const agent = await stage.agent(plainStrategy(url));
    const amounts = stage.world.scale.name === 'smoke' ? [100] : [1, 10, 100, 1000];
    const contenders = amounts.map((amount) => underWrk(stage, String(amount), agent, { numbers: amount }));
    return pointsOf(await rounds(contenders, stage.world.scale));
  },
};
