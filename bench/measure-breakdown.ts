import { breakDown, breakdownId } from './breakdown/breakdown.ts';
import type { Breakdown } from './breakdown/breakdown.ts';
import { breakdownLines } from './report/terminal-lines.ts';
import { runTasks } from './run-tasks.ts';
import type { World } from './stage/world.ts';

/** Measures where a send's time goes and prints it, if that was chosen; `failed` is 1 where it gave nothing. */
export async function measureBreakdown(
  world: World,
  chosen: boolean,
  day: string,
): Promise<{ breakdown: Breakdown | undefined; failed: number }> {
  let breakdown: Breakdown | undefined;
  let failed = 0;
  const task = { name: breakdownId, run: (stage: Parameters<typeof breakDown>[0]) => breakDown(stage, day) };
  await runTasks(world, chosen ? [task] : [], ({ name }, outcome) => {
    if (outcome.kind === 'measured') {
      breakdown = outcome.result;
      console.log(breakdownLines(breakdown).join('\n'));
    } else console.log(`${outcome.kind}: ${name}: ${outcome.reason}`);
    if (outcome.kind === 'failed') failed += 1;
  });
  return { breakdown, failed };
}
