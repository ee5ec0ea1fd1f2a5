// `npm run gameday`: real etcd, the simulator, an agent and two applications under load; every region fails in every way
// that the simulator knows, the agent is killed twice, and the ledger says whether anything was lost or doubled.
import { parseArgs } from 'node:util';
import { playScene } from './play-scene.mjs';
import { SetupError } from './setup.mjs';

const help = `npm run gameday [-- --short] [--hold-ms N] [--concurrency N]

  --short          each way to fail for one region only
  --hold-ms N      how long each fault stays; default 1500
  --concurrency N  messages under way at once, of each application; default 8`;

await playScene(async ({ load, setScene, say }) => {
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
  const { Scene, gameDayScene, playGameDay, totalsOf } = await load('e2e/game-day/game-day.ts');
  const scene = await setScene(Scene, gameDayScene);
  const day = await playGameDay(scene, { holdMs, concurrency, everywhere: !values.short }, say);
  const applications = [day.keyed, day.unchanged];
  for (const { outId, told } of applications.flatMap(({ open }) => open)) {
    console.log(`left open: ${outId}, told ${told}`);
  }
  const good = applications.every(({ lost, doubled }) => lost === 0 && doubled === 0);
  console.log(`game day: ${totalsOf(day)}; ${good ? 'good' : 'SOMETHING WENT WRONG'}`);
  if (!good) process.exitCode = 1;
});
