// `pnpm bench [--quick | --smoke] [--only row,row]`: makes everything ready, then measures.
import { join } from 'node:path';
import { findBenchPrograms } from './bench-programs.mjs';
import { endChildrenWithUs } from './end-with-us.mjs';
import { ensureEtcd } from './etcd.mjs';
import { onPath } from './program-cache.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError, bin, root, setUp } from './setup.mjs';

endChildrenWithUs();
try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}

async function bench(args) {
  await setUp();
  const { code: built } = await bin('tsc', ['-b', 'bench']);
  if (built !== 0) return built;
  const { etcd, etcdctl } = await ensureEtcd();
  const taskset = await onPath('taskset');
  const programs = { ...(await findBenchPrograms()), etcdctl, ...(taskset === undefined ? {} : { taskset }) };
  const { code } = await runCommand(process.execPath, [join(root, 'bench', 'dist', 'main.js'), ...args], {
    cwd: root,
    env: {
      WAYSTATION_ETCD: etcd,
      WAYSTATION_ETCDCTL: etcdctl,
      WAYSTATION_BENCH_PROGRAMS: JSON.stringify(programs),
    },
  });
  if (args.includes('--quick') || args.includes('--smoke')) return code;
  await bin('prettier', ['--write', '--log-level', 'warn', 'bench/results.json', 'docs/performance.md']);
  return code;
}
