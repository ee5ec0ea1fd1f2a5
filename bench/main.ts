// `node bench/dist/main.js [--quick | --smoke] [--only row,row]`: measures; scripts/bench.mjs starts it, having built
// everything, and tells it by WAYSTATION_BENCH_PROGRAMS where the programs are that are not ours.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breakdownId } from './breakdown/breakdown.ts';
import { allGrowths } from './growth/all-growths.ts';
import { findCores } from './machine/cores.ts';
import { machineFacts } from './machine/machine-facts.ts';
import { pinSelf } from './machine/pin-self.ts';
import type { Programs } from './machine/programs.ts';
import { measureBreakdown } from './measure-breakdown.ts';
import { measureCurves } from './measure-curves.ts';
import { measureRows } from './measure-rows.ts';
import { readOptions } from './options.ts';
import { writeResults } from './report/write-results.ts';
import { allBenches, allRows } from './rows/all-benches.ts';
import { scales } from './scale.ts';

const options = readOptions(process.argv.slice(2), [
  ...[...allRows, ...allGrowths].map(({ id }) => id),
  breakdownId,
]);
const programs = JSON.parse(process.env['WAYSTATION_BENCH_PROGRAMS'] ?? '{}') as Programs;
const scale = scales[options.scale];
// Where no number is judged, nobody is kept off a core.
const cores = options.scale === 'smoke' ? undefined : await findCores(programs.taskset);
await pinSelf(cores);
const folder = await mkdtemp(join(tmpdir(), 'waystation-bench-'));
const isChosen = (id: string): boolean => options.only.length === 0 || options.only.includes(id);
const world = { programs, cores, scale, folder };
const day = new Date().toISOString().slice(0, 10);
const benches = allBenches.filter(({ rows }) => rows.some(({ id }) => isChosen(id)));
const growths = allGrowths.filter(({ id }) => isChosen(id));
const measured = await measureRows(world, benches, day);
const broken = await measureBreakdown(world, isChosen(breakdownId), day);
const grown = await measureCurves(world, growths, day);
await rm(folder, { recursive: true, force: true, maxRetries: 10 });

if (measured.failed + broken.failed + grown.failed > 0) process.exitCode = 1;
// What was measured in passing is not published.
if (options.scale === 'full') {
  const { rounds, seconds, warmUpSeconds } = scale;
  await writeResults({
    machine: await machineFacts(programs, cores !== undefined),
    method: { rounds, seconds, warmUpSeconds },
    rows: measured.rows,
    curves: grown.curves,
    ...(broken.breakdown && { breakdown: broken.breakdown }),
  });
}
