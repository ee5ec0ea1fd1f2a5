// All tests, once; a few files that failed with real processes or sockets have one more run, aloud.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bin, root } from './setup.mjs';
import { sum } from './summary-reporter.mjs';

/** The projects whose tests depend on the machine; a pure test that fails has failed. */
const repeatable = new Set(['parts', 'e2e']);
/** More files than this do not fail by chance. */
const mostFiles = 3;

/** Runs all tests; resolves with how many passed, failed, were skipped. */
export async function runTests(env) {
  try {
    const first = await runVitest([], env);
    const files = filesToRepeat(first);
    if (files.length === 0) return countsOf(first);
    const names = files.map((file) => relative(root, file));
    console.log(`\nneeded another run: ${names.join(', ')}\n`);
    return countsOf(replaced(first, await runVitest(names, env)));
  } catch (error) {
    console.error('the tests did not come to an end', error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** The files that are worth another run: a few, and nothing else failed. */
export function filesToRepeat({ files, homeless }) {
  const failed = files.filter((file) => file.failed > 0);
  const byChance = homeless === 0 && failed.length <= mostFiles;
  return byChance && failed.every(({ project }) => repeatable.has(project))
    ? failed.map(({ file }) => file)
    : [];
}

/** The first run with the second's results of the files that the second ran. */
export function replaced(first, second) {
  const again = new Map(second.files.map((result) => [result.file, result]));
  const files = first.files.map((result) => again.get(result.file) ?? result);
  return { files, homeless: second.homeless, code: second.code };
}

function countsOf({ files, homeless, code }) {
  const counts = sum(files);
  counts.failed += homeless;
  // A run that fails for a reason that no test shows must not look as if it had passed.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

async function runVitest(files, env) {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-summary-'));
  const summary = join(folder, 'summary.json');
  try {
    const { code } = await bin('vitest', ['run', ...files], { env: { ...env, WAYSTATION_SUMMARY: summary } });
    return { code, ...JSON.parse(await readFile(summary, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
