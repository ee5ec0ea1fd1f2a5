// `pnpm simulate [--histories N] [--seed S] [--path P]`: the agent's own drivers through as many random histories
// of crashes, callers and provider faults, on a virtual clock. Exits with 1 at the first promise that is broken.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importSource } from './import-source.mjs';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
    path: { type: 'string' },
  },
});
const [histories, seed] = [Number(values.histories), Number(values.seed)];
if (!Number.isSafeInteger(histories) || histories < 1 || !Number.isSafeInteger(seed)) {
  console.error('--histories must be a whole number from 1, --seed a whole number');
  process.exit(2);
}

/** Each seed makes so many histories: a failure is found again by its own seed, without those before. */
const batch = 1000;

const agent = join(import.meta.dirname, '../packages/agent');
const { simulate } = await importSource(join(agent, 'src/testing/simulation/simulate.ts'), agent);

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
const sum = {};
const words = (totals) =>
  Object.entries(totals)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

console.log(`simulating ${histories} histories from seed ${seed}`);
let failure;
let running = seed;
// Where nothing is left to happen and a history waits all the same, Node would end without a word.
process.once('beforeExit', () => {
  if (running === undefined) return;
  console.error(`a history of seed ${running} never ended`);
  process.exitCode = 1;
});
for (let done = 0, at = 0; done < histories && failure === undefined; done += batch, at += 1) {
  const size = Math.min(batch, histories - done);
  running = seed + at;
  const options = { histories: size, seed: seed + at, ...(values.path && { path: values.path }) };
  const { failure: broken, ...totals } = await simulate(options);
  failure = broken;
  for (const [name, count] of Object.entries(totals)) sum[name] = (sum[name] ?? 0) + count;
  if (failure === undefined && (at % 5 === 4 || done + size >= histories)) {
    console.log(`${words(sum)} in ${seconds()} s; no promise broken (seeds to ${seed + at})`);
  }
  if (values.path !== undefined) break;
}
running = undefined;
if (failure !== undefined) {
  console.error(`a promise is broken:\n${failure}`);
  process.exitCode = 1;
}
console.log(`simulated: ${words(sum)}; ${failure === undefined ? 'every promise kept' : 'A PROMISE BROKEN'}`);
