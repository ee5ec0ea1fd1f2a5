// `npm run matrix`: runs every case of the fault matrix and writes docs/reliability.md from what came of it. Exits
// with 1 where a promise was broken.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { importSource } from './import-source.mjs';
import { root } from './setup.mjs';

const agent = join(root, 'packages/agent');
const source = (name) => importSource(join(agent, 'src/testing/matrix', name), agent);
const { runMatrix } = await source('run-matrix.ts');
const { judgeCase } = await source('judge-case.ts');
const { reliabilityPage } = await source('reliability-page.ts');

let told = 0;
const results = await runMatrix(undefined, (done) => {
  if (done - told < 200) return;
  told = done;
  console.log(`${done} cases run`);
});
const file = join(root, 'docs/reliability.md');
const page = await format(reliabilityPage(results), {
  ...(await resolveConfig(file)),
  parser: 'markdown',
});
const same = (await readFile(file, 'utf8').catch(() => '')) === page;
if (!same) await writeFile(file, page);
const broken = results.flatMap((result) => judgeCase(result));
for (const words of broken) console.error(words);
console.log(`docs/reliability.md ${same ? 'is as it was' : 'written'}`);
console.log(`matrix: ${results.length} cases, ${broken.length} broken promises`);
process.exitCode = broken.length === 0 ? 0 : 1;
