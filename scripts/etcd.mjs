// `node scripts/etcd.mjs`: finds or fetches a real etcd and prints where it is, as JSON.
import { chmod, copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { etcdSources } from './etcd-sources.mjs';
import { cacheFolder, fetchInto, onPath, runs } from './program-cache.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup.mjs';

const ending = process.platform === 'win32' ? '.exe' : '';
const names = { etcd: `etcd${ending}`, etcdctl: `etcdctl${ending}` };

let found;

/**
 * Where etcd and etcdctl are: what WAYSTATION_ETCD and WAYSTATION_ETCDCTL say, else what is on the path, else
 * what was fetched into the cache, which all clones share. Needs no root and changes nothing else.
 */
export function ensureEtcd({ say = console.error } = {}) {
  found ??= find(say).catch((error) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function find(say) {
  const { WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl } = process.env;
  for (const [name, path] of Object.entries({ WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl })) {
    if (path && !(await runs(path)))
      throw new SetupError(`${name}=${path} is not a program that can be run.`);
  }
  const near = {
    etcd: etcd ? resolve(etcd) : await onPath(names.etcd),
    etcdctl: etcdctl ? resolve(etcdctl) : await onPath(names.etcdctl),
  };
  if (near.etcd && near.etcdctl) return near;
  const folder = join(cacheFolder(), `etcd-${process.platform}-${process.arch}`);
  const cached = { etcd: join(folder, names.etcd), etcdctl: join(folder, names.etcdctl) };
  if (!(await works(cached.etcd)) || !(await runs(cached.etcdctl))) {
    say('fetching etcd …');
    await fetchEtcd(folder);
  }
  return { etcd: near.etcd ?? cached.etcd, etcdctl: near.etcdctl ?? cached.etcdctl };
}

async function fetchEtcd(folder) {
  const sources = etcdSources().map(({ name, findIn }) => ({
    name,
    fill: async (scratch, ready) => {
      for (const [program, from] of Object.entries(await findIn(scratch))) {
        await copyFile(from, join(ready, names[program]));
        await chmod(join(ready, names[program]), 0o755);
      }
    },
  }));
  const reasons = await fetchInto(folder, sources, (ready) => works(join(ready, names.etcd)));
  if (reasons.length > 0) {
    throw new SetupError(
      'etcd is not on the path and could not be fetched. Install etcd and etcdctl 3.4 or newer, or name them ' +
        `by WAYSTATION_ETCD and WAYSTATION_ETCDCTL.\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
    );
  }
}

async function works(etcd) {
  if (!(await runs(etcd))) return false;
  const { code, output } = await runCommand(etcd, ['--version'], { quiet: true });
  return code === 0 && output.includes('etcd Version');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(JSON.stringify(await ensureEtcd()));
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
