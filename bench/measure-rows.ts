import { terminalLines } from './report/terminal-lines.ts';
import type { RowResult } from './report/result.ts';
import type { Bench, Measured, RowSpec } from './rows/row.ts';
import { meets } from './rows/row.ts';
import { runTasks } from './run-tasks.ts';
import type { World } from './stage/world.ts';

/** Measures rows and prints each as it comes; `failed` counts those that gave no number. */
export async function measureRows(
  world: World,
  benches: readonly Bench[],
  day: string,
): Promise<{ rows: readonly RowResult[]; failed: number }> {
  const rows: RowResult[] = [];
  let failed = 0;
  const take = (spec: RowSpec, measured: Measured): void => {
    const met = meets(spec.target, measured.value.median);
    rows.push({ ...measured, met, day });
    console.log(terminalLines(spec, measured).join('\n'));
  };
  const tasks = benches.map((bench) => ({
    name: bench.rows.map(({ id }) => id).join('+'),
    run: async (stage: Parameters<Bench['run']>[0]) => pairs(bench, await bench.run(stage)),
  }));
  await runTasks(world, tasks, ({ name }, outcome) => {
    if (outcome.kind === 'measured') for (const [spec, measured] of outcome.result) take(spec, measured);
    else console.log(`${outcome.kind}: ${name}: ${outcome.reason}`);
    if (outcome.kind === 'failed') failed += 1;
  });
  return { rows, failed };
}

/** Each row with what was measured of it; throws where that is no number. */
function pairs(bench: Bench, results: readonly Measured[]): readonly (readonly [RowSpec, Measured])[] {
  return bench.rows.map((spec) => {
    const measured = results.find(({ row }) => row === spec.id);
    const median = measured?.value.median;
    if (measured === undefined || !Number.isFinite(median)) {
      throw new Error(`${spec.id} gave no number but ${String(median)}`);
    }
    return [spec, measured] as const;
  });
}
