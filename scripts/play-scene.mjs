// What `npm run gameday` and `npm run soak` have in common: a scene of real processes that a source of e2e plays on.
import { join } from 'node:path';
import { endChildrenWithUs } from './end-with-us.mjs';
import { ensureEtcd } from './etcd.mjs';
import { importSource } from './import-source.mjs';
import { endCommands } from './run-command.mjs';
import { root, SetupError, setUp } from './setup.mjs';

/**
 * Runs `main`, ends every process that was started, however it went, and exits: with 1 where it rejects.
 * `main` is given `load(file)`, which makes all ready and gives the exports of a source, `setScene(Scene, options)`,
 * and `say`, which prints a line with the time since `load`.
 */
export async function playScene(main) {
  let scene;
  let ending;
  const endAll = () => {
    ending ??= (async () => {
      await endCommands();
      await scene?.end();
    })();
    return ending;
  };
  let started = performance.now();
  const stage = {
    say(words) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${seconds.padStart(6)} s  ${words}`);
    },
    async load(file) {
      await setUp();
      const { etcd, etcdctl } = await ensureEtcd();
      Object.assign(process.env, { WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl });
      const source = await importSource(join(root, file), join(root, 'e2e'));
      started = performance.now();
      return source;
    },
    async setScene(Scene, options) {
      stage.say('etcd and the simulator start');
      scene = await Scene.set(options);
      return scene;
    },
  };
  endChildrenWithUs(() => {
    console.log('\nstopping …');
    return endAll();
  });
  try {
    await main(stage);
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  } finally {
    await endAll();
  }
  process.exit();
}
