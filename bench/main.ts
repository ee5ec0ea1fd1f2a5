// `node bench/dist/main.js`: measures rows; started by scripts/bench.mjs, which has built everything.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stage } from './stage/stage.ts';
import { coresOf } from './machine/cores.ts';
import { scales } from './scale.ts';
import { throughput } from './rows/throughput.ts';
const folder = await mkdtemp(join(tmpdir(), 'waystation-bench-'));
const world = {
  programs: JSON.parse(process.argv[2] ?? '{}') as object,
  cores: coresOf('/usr/bin/taskset'),
  scale: scales.quick,
  folder,
};
const stage = new Stage(world, 'x');
try {
  console.log(JSON.stringify(await throughput.run(stage), undefined, 1));
} finally {
  await stage.end();
  await rm(folder, { recursive: true });
}
