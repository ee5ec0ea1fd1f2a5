// `npm run soak`: a mixed load for 20 minutes while strategies change, regions fail in turns, etcd is killed and
// credentials rotate; the ledger says whether anything was lost or doubled, and the agent must not have grown.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playScene } from './play-scene.mjs';
import { bin, root, SetupError } from './setup.mjs';

const fullMinutes = 20;
const help = `npm run soak [-- --minutes N] [--write]

  --minutes N  how long; default ${fullMinutes}
  --write      write the report into docs/performance.md, however short the run was; a full run writes it anyway`;
const page = join(root, 'docs', 'performance.md');
const [begin, end] = ['<!-- soak:begin -->', '<!-- soak:end -->'];

await playScene(async ({ load, setScene, say }) => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: String(fullMinutes) },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(help);
  const minutes = Number(values.minutes);
  if (!(minutes >= 1 && minutes <= 1440)) throw new SetupError('--minutes must be 1–1440');
  if (process.platform !== 'linux') throw new SetupError('a soak measures by /proc, which only Linux has');
  const { Scene, soakScene, playSoak, faultsOf, soakPage, totalsOf } = await load('e2e/soak/soak.ts');
  const soak = await playSoak(await setScene(Scene, soakScene), minutes, say);
  for (const { words, before, after, limit, grown } of soak.growth) {
    const bound = limit === Infinity ? 'too short a run to judge it' : `at most ${limit.toFixed(1)}`;
    console.log(`${words}: ${before.toFixed(1)} → ${after.toFixed(1)}, ${bound}${grown ? ': GREW' : ''}`);
  }
  const faults = faultsOf(soak);
  console.log(`soak: ${totalsOf(soak)}; ${faults.length === 0 ? 'good' : 'SOMETHING WENT WRONG'}`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  if (minutes >= fullMinutes || values.write)
    await writePage(soakPage(soak, { minutes, where: whereAndWhen() }));
});

function whereAndWhen() {
  const model = (cpus()[0]?.model ?? 'an unknown processor').replace(/\s+(\d+-Core )?Processor.*/u, '');
  const day = new Date().toISOString().slice(0, 10);
  return `${model}, ${availableParallelism()} cores, Node ${process.version} (${day})`;
}

async function writePage(content) {
  const text = await readFile(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place between ${begin} and ${end}`);
  await writeFile(page, `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`);
  await bin('prettier', ['--write', '--log-level', 'warn', 'docs/performance.md']);
}
