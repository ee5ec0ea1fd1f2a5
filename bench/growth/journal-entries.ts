import { rounds } from '../measure/rounds.ts';
import { underWrk } from '../rows/contenders.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { CurvePoint, Growth } from './curve.ts';
import { pointsOf } from './points-of.ts';

/** Keyed sends with more and more keys in the journal. The amounts are least ones: what is measured adds to them. */
export const journalEntries: Growth = {
  id: 'growth-journal',
  title: 'Entries of the journal',
  grows: 'keys in the journal',
  async run(stage) {
    const { url } = await stage.upstream();
    const { scale } = stage.world;
    const amounts = { full: [0, 10_000, 100_000, 1_000_000], quick: [0, 10_000], smoke: [20] }[scale.name];
    const agent = await stage.agent(plainStrategy(url), { flags: ['--journal-max-mb', '4096'] });
    const points: CurvePoint[] = [];
    let keys = 0;
    for (const amount of amounts) {
      while (keys < amount) keys += (await stage.wrk(agent.url, { keyed: true })).sends;
      const all = await rounds([underWrk(stage, String(amount), agent, { keyed: true })], scale);
      keys += all.flatMap(({ samples }) => samples).reduce((sum, { sends }) => sum + sends, 0);
      points.push(...pointsOf(all));
    }
    return points;
  },
};
