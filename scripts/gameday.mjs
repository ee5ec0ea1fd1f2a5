// `npm run gameday`: real etcd, the simulator, an agent and an application under load; every region fails in every way
// that the simulator knows, the agent is killed twice, and the ledger says whether anything was lost or doubled.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endChildrenWithUs } from './end-with-us.mjs';
import { ensureEtcd } from './etcd.mjs';
import { importSource } from './import-source.mjs';
import { endCommands } from './run-command.mjs';
import { root, SetupError, setUp } from './setup.mjs';

const help = `npm run gameday [-- --short] [--hold-ms N] [--concurrency N]

  --short          each way to fail for one region only
  --hold-ms N      how long each fault stays; default 1500
  --concurrency N  messages under way at once; default 8`;

let scene;
let ending;
/** Ends every process that was started; Scene knows them all. */
function endAll() {
  ending ??= (async () => {
    await endCommands();
    await scene?.end();
  })();
  return ending;
}

async function main() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      'hold-ms': { type: 'string', default: '1500' },
      concurrency: { type: 'string', default: '8' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(help);
  const [holdMs, concurrency] = [Number(values['hold-ms']), Number(values.concurrency)];
  if (!(holdMs >= 100 && holdMs <= 600_000) || !(concurrency >= 1 && concurrency <= 64)) {
    throw new SetupError('--hold-ms must be 100–600000, --concurrency 1–64');
  }
  await setUp();
  const { etcd, etcdctl } = await ensureEtcd();
  Object.assign(process.env, { WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl });
  const { Scene, gameDayScene, playGameDay, totalsOf } = await importSource(
    join(root, 'e2e/game-day/game-day.ts'),
    join(root, 'e2e'),
  );
  const started = performance.now();
  const say = (words) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${seconds.padStart(6)} s  ${words}`);
  };
  say('etcd and the simulator start');
  scene = await Scene.set(gameDayScene);
  const day = await playGameDay(scene, { holdMs, concurrency, everywhere: !values.short }, say);
  for (const { outId, told } of day.open) console.log(`left open: ${outId}, told ${told}`);
  const good = day.lost === 0 && day.doubled === 0;
  console.log(`game day: ${totalsOf(day)}; ${good ? 'good' : 'SOMETHING WENT WRONG'}`);
  if (!good) process.exitCode = 1;
}

endChildrenWithUs(() => {
  console.log('\nstopping …');
  return endAll();
});
try {
  await main();
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
} finally {
  await endAll();
}
process.exit();
