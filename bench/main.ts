// `node bench/dist/main.js [--quick | --smoke] [--only row,row]`: measures; scripts/bench.mjs starts it, having built
// everything, and tells it by WAYSTATION_BENCH_PROGRAMS where the programs are that are not ours.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCores } from './machine/cores.ts';
import { machineFacts } from './machine/machine-facts.ts';
import { pinSelf } from './machine/pin-self.ts';
import type { Programs } from './machine/programs.ts';
import { readOptions } from './options.ts';
import { terminalLines } from './report/terminal-table.ts';
import { writeResults } from './report/write-results.ts';
import { allBenches, allRows } from './rows/all-benches.ts';
import { meets } from './rows/row.ts';
import { runBenches } from './run-benches.ts';
import { scales } from './scale.ts';

const options = readOptions(
  process.argv.slice(2),
  allRows.map(({ id }) => id),
);
const programs = JSON.parse(process.env['WAYSTATION_BENCH_PROGRAMS'] ?? '{}') as Programs;
const scale = scales[options.scale];
// Where no number is judged, nobody is kept off a core.
const cores = options.scale === 'smoke' ? undefined : await findCores(programs.taskset);
await pinSelf(cores);
const folder = await mkdtemp(join(tmpdir(), 'waystation-bench-'));
const chosen = allBenches.filter(
  ({ rows }) => options.only.length === 0 || rows.some(({ id }) => options.only.includes(id)),
);
const outcomes = await runBenches({ programs, cores, scale, folder }, chosen, (spec, outcome) => {
  console.log(terminalLines(spec, outcome).join('\n'));
});
await rm(folder, { recursive: true, force: true, maxRetries: 10 });

if (outcomes.some((outcome) => 'failed' in outcome)) process.exitCode = 1;
// What was measured in passing is not published.
if (options.scale === 'full') {
  const day = new Date().toISOString().slice(0, 10);
  const { rounds, seconds, warmUpSeconds } = scale;
  await writeResults({
    machine: await machineFacts(programs, cores !== undefined),
    method: { rounds, seconds, warmUpSeconds },
    rows: outcomes.flatMap((outcome) => {
      if (!('measured' in outcome)) return [];
      const target = allRows.find(({ id }) => id === outcome.row)?.target;
      return [
        {
          ...outcome.measured,
          met: target !== undefined && meets(target, outcome.measured.value.median),
          day,
        },
      ];
    }),
  });
}
