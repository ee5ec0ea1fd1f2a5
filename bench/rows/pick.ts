import { ratioBy, rounds, spreadBy } from '../measure/rounds.ts';
import type { Series } from '../measure/rounds.ts';
import type { Stage } from '../stage/stage.ts';
import type { Bench, Figure } from './row.ts';

const policies = ['weighted-random', 'primary-backup', 'lowest-latency'] as const;
const nanosecondsOf = (sample: { nanoseconds: number }): number => sample.nanoseconds;

/** The first channel of a message, by each policy, among few and among many. */
export const pick: Bench = {
  rows: [{ id: 'pick', title: 'pick among 1,000 channels ÷ among 10', target: { most: 1.3, unit: '' } }],
  async run(stage) {
    const results = [];
    for (const policy of policies) results.push(await measure(stage, policy));
    const worst = results.toSorted((a, b) => b.value.median - a.value.median)[0];
    if (worst === undefined) throw new Error('no policy was measured');
    return [
      {
        row: 'pick',
        value: worst.value,
        figures: results.flatMap(({ figures }) => figures),
        notes: [`The worst of the policies: ${worst.policy}.`],
      },
    ];
  },
};

async function measure(stage: Stage, policy: (typeof policies)[number]) {
  const { seconds, warmUpSeconds } = stage.world.scale;
  const among = (count: number) => {
    const process = stage.subject('pick', [String(count), policy]);
    const run = async (duration: number) =>
      JSON.parse(await process.ask(String(duration))) as { nanoseconds: number };
    return {
      name: `${policy} among ${count.toLocaleString('en')}`,
      ...(warmUpSeconds > 0 && { warmUp: () => run(0.5) }),
      measure: () => run(Math.min(seconds, 1) / 2),
    };
  };
  const all = await rounds([among(1000), among(10)], stage.world.scale);
  const [many, few] = all as readonly [Series<{ nanoseconds: number }>, Series<{ nanoseconds: number }>];
  const figures: Figure[] = all.map((series) => ({
    name: series.name,
    unit: 'ns',
    ...spreadBy(series, nanosecondsOf),
  }));
  return { policy, value: ratioBy(many, few, nanosecondsOf), figures };
}
