import { byApplication } from '../rows/contenders.ts';
import { rounds } from '../measure/rounds.ts';
import type { SenderKind } from '../load/load-order.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** What a steady rate takes of a core and of memory, each by an agent of its own. */
export const rate: Growth = byRate('growth-rate', 'Sends a second', 'native');
/** The same where every message has a key, and stands in the journal before it goes. */
export const keyedRate: Growth = byRate('growth-keyed-rate', 'Sends a second, each with a key', 'keyed');

function byRate(id: string, title: string, kind: SenderKind): Growth {
  return {
    id,
    title,
    grows: 'asked for a second',
    async run(stage) {
      const { url } = await stage.upstream();
      const amounts = stage.world.scale.name === 'smoke' ? [100] : [10, 100, 1000];
      const contenders = [];
      for (const amount of amounts) {
        const agent = await stage.agent(plainStrategy(url));
        const application = stage.application(kind, agent.url, { place: 'rest' });
        const order = { kind: 'open', ratePerSecond: amount } as const;
        contenders.push(byApplication(stage, String(amount), application, order, agent.process));
      }
      return pointsOf(await rounds(contenders, stage.world.scale));
    },
  };
}
