import { rounds } from '../measure/rounds.ts';
import type { Contender } from '../measure/rounds.ts';
import type { Sample } from '../measure/sample.ts';
import { underWrk } from '../rows/contenders.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Document } from '../stage/strategy.ts';
import type { Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** Messages of one template go to a host whose answers nobody understands; all others are accepted. */
function strategyOf(url: string, silentUrl: string): Document {
  return plainStrategy(url, {
    channels: {
      'cn-hangzhou': channel(url),
      silent: { ...channel(silentUrl), account: 'of-the-silent' },
    },
    routes: [
      {
        name: 'unknown',
        match: { templateCodes: ['SMS_UNKNOWN'] },
        policy: { kind: 'primary-backup', order: ['silent'] },
      },
      { name: 'default', policy: { kind: 'primary-backup', order: ['cn-hangzhou'] } },
    ],
    // A caller is told within this time that nobody knows yet; the search goes on behind it.
    timeouts: { connectMs: 1000, readMs: 1000, totalMs: 1000 },
    reconcile: { budgetMs: 3_600_000 },
  });
}

/** Sends beside messages of which nobody knows whether they were sent, and which are searched for. */
export const unknowns: Growth = {
  id: 'growth-unknowns',
  title: 'Unknown messages outstanding',
  grows: 'unknown messages',
  async run(stage) {
    const { url, silentUrl } = await stage.upstream();
    const amounts = stage.world.scale.name === 'smoke' ? [20] : [0, 100, 1000, 10_000];
    const points = [];
    for (const amount of amounts) {
      const agent = await stage.agent(strategyOf(url, silentUrl));
      const making = { template: 'SMS_UNKNOWN', seconds: 2, connections: 256, restMs: 0 };
      for (let made = 0; made < amount;) made += (await stage.wrk(agent.url, making)).sends;
      const contender: Contender<Sample> = underWrk(stage, String(amount), agent);
      points.push(...pointsOf(await rounds([contender], stage.world.scale)));
      await agent.quiet();
      await agent.process.stop();
    }
    return points;
  },
};
