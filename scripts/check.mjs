// Every check, begun in the order in which a mistake is found soonest; `pnpm check` runs them on a built tree.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endChildrenWithUs } from './end-with-us.mjs';
import { runCommand } from './run-command.mjs';
import { runTests } from './run-tests.mjs';
import { bin, root } from './setup.mjs';
import { line } from './summary-reporter.mjs';

const script =
  (name, ...args) =>
  () =>
    runCommand(process.execPath, [join(root, 'scripts', name), ...args], { cwd: root, quiet: true });
const program =
  (name, ...args) =>
  () =>
    bin(name, args, { quiet: true });

/** Name and command of each check that passes or fails as a whole, and whether nothing may run beside it. */
export const checks = [
  ['format', program('prettier', '--check', '--log-level', 'warn', '.')],
  ['types', program('tsc', '-b')],
  ['lint', program('eslint', '.', '--max-warnings', '0')],
  ['direction', program('depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'e2e', 'bench')],
  ['leftovers', program('knip', '--no-progress', '--no-config-hints')],
  ['generated files', script('generate.mjs', '--check')],
  ['packing', script('pack.mjs')],
  // Each row runs and gives a number; how good it is, a busy machine cannot tell.
  ['benchmarks run', script('bench.mjs', '--smoke'), 'alone'],
];

/** Most of them use one core, and a small machine has two. */
const checksAtOnce = 2;

/** Lines shown of a check that failed. */
const shownLines = 80;

/** Runs all checks, then all tests; a failure stops nothing. Resolves with how many passed, failed, were skipped. */
export async function runChecks(list, env = {}) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const reports = [];
  const check = async ([name, run]) => {
    const report = await runCheck(name, run);
    counts[report === undefined ? 'passed' : 'failed'] += 1;
    if (report !== undefined) reports.push(report);
  };
  const lonely = list.filter(([, , manner]) => manner === 'alone');
  await inTurn(
    list.filter((one) => !lonely.includes(one)),
    checksAtOnce,
    check,
  );
  await inTurn(lonely, 1, check);
  const tests = await runTests(env);
  for (const key of Object.keys(counts)) counts[key] += tests[key];
  // Told again where a reader looks: the tests' own failures stand just above.
  if (reports.length > 0) console.log(`\nChecks that failed:\n\n${reports.join('\n')}`);
  return counts;
}

/** Runs a check, and tells how it ended; resolves with what is to be told of one that failed. */
async function runCheck(name, run) {
  const started = performance.now();
  const { code, output } = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  const lines = output.trimEnd().split('\n');
  // What a check could not do here is told also where it passes.
  for (const notice of lines.filter((one) => /^(?:skipped|needed another try): /u.test(one)))
    console.log(`  ${notice}`);
  if (code === 0) return undefined;
  const left = lines.length > shownLines ? [`… ${lines.length - shownLines} lines before`] : [];
  const report = [`✗ ${name}`, ...left, ...lines.slice(-shownLines), ''].join('\n');
  console.log(report);
  return report;
}

/** Does the same with each, some at once, begun in their order. */
async function inTurn(list, atOnce, work) {
  const left = list.values();
  const lane = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endChildrenWithUs();
  const counts = await runChecks(checks);
  process.exitCode = counts.failed === 0 ? 0 : 1;
  console.log(line(counts));
}
