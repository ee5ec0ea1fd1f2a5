import type { Bench, Measured, RowSpec } from './rows/row.ts';
import { MissingProgramError } from './stage/missing-program.ts';
import { Stage } from './stage/stage.ts';
import type { World } from './stage/world.ts';

/** What became of one row. */
export type RowOutcome =
  | { readonly row: string; readonly measured: Measured }
  | { readonly row: string; readonly skipped: string }
  | { readonly row: string; readonly failed: string };

/** Runs one bench on a stage of its own. Never rejects: a row that fails is no reason to measure no other. */
async function runBench(world: World, bench: Bench, name: string): Promise<readonly RowOutcome[]> {
  const stage = new Stage(world, name);
  const rows = bench.rows.map(({ id }) => id);
  try {
    const results = await bench.run(stage);
    return rows.map((row) => {
      const measured = results.find((result) => result.row === row);
      if (measured === undefined) return { row, failed: 'nothing was measured' };
      const { median } = measured.value;
      return Number.isFinite(median) ? { row, measured } : { row, failed: `${String(median)} is no number` };
    });
  } catch (error) {
    if (error instanceof MissingProgramError) return rows.map((row) => ({ row, skipped: error.message }));
    const failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return rows.map((row) => ({ row, failed }));
  } finally {
    await stage.end().catch((error: unknown) => {
      console.error('what a row left behind could not be cleared away', error);
    });
  }
}

/** Runs a bench until its rows have numbers, as often as the scale allows. */
async function tryBench(world: World, bench: Bench, name: string): Promise<readonly RowOutcome[]> {
  for (let turn = 1; ; turn += 1) {
    const outcomes = await runBench(world, bench, `${name}-${String(turn)}`);
    const failed = outcomes.find((outcome) => 'failed' in outcome);
    if (failed === undefined || turn >= world.scale.tries) return outcomes;
    console.log(`needed another try: ${name}: ${failed.failed}`);
  }
}

/**
 * Runs benches one after the other, or three at a time where no number is judged, and hands on each row's outcome as
 * it comes.
 */
export async function runBenches(
  world: World,
  benches: readonly Bench[],
  onOutcome: (spec: RowSpec, outcome: RowOutcome) => void,
): Promise<readonly RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  const waiting = [...benches];
  const worker = async (): Promise<void> => {
    for (let bench = waiting.shift(); bench !== undefined; bench = waiting.shift()) {
      const name = bench.rows[0]?.id ?? '';
      for (const outcome of await tryBench(world, bench, name)) {
        outcomes.push(outcome);
        const spec = bench.rows.find(({ id }) => id === outcome.row);
        if (spec !== undefined) onOutcome(spec, outcome);
      }
    }
  };
  await Promise.all(Array.from({ length: world.scale.atOnce }, worker));
  return outcomes;
}
