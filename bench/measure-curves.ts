import type { CurvePoint, Growth } from './growth/curve.ts';
import type { CurveResult } from './report/result.ts';
import { curveLines } from './report/terminal-lines.ts';
import { runTasks } from './run-tasks.ts';
import type { World } from './stage/world.ts';

/** Measures curves and prints each as it comes; `failed` counts those that gave no numbers. */
export async function measureCurves(
  world: World,
  growths: readonly Growth[],
  day: string,
): Promise<{ curves: readonly CurveResult[]; failed: number }> {
  const curves: CurveResult[] = [];
  let failed = 0;
  const tasks = growths.map((growth) => ({
    name: growth.id,
    run: async (stage: Parameters<Growth['run']>[0]) => {
      const points = await growth.run(stage);
      if (!points.every(isMeasured)) throw new Error(`${growth.id} gave a point without a number`);
      const { id, title, grows } = growth;
      return { id, title, grows, points, day };
    },
  }));
  await runTasks(world, tasks, ({ name }, outcome) => {
    if (outcome.kind === 'measured') {
      curves.push(outcome.result);
      console.log(curveLines(outcome.result).join('\n'));
    } else console.log(`${outcome.kind}: ${name}: ${outcome.reason}`);
    if (outcome.kind === 'failed') failed += 1;
  });
  return { curves, failed };
}

function isMeasured({ rate, p99Ms }: CurvePoint): boolean {
  return Number.isFinite(rate.median) && Number.isFinite(p99Ms.median);
}
