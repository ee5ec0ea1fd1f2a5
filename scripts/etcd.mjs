// `node scripts/etcd.mjs`: finds or fetches a real etcd and prints where it is, as JSON.
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { etcdSources } from './etcd-sources.mjs';
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
    await fetchInto(folder);
  }
  return { etcd: near.etcd ?? cached.etcd, etcdctl: near.etcdctl ?? cached.etcdctl };
}

/** Several may fetch at once: each into a folder of its own, the first to be ready takes the place. */
async function fetchInto(folder) {
  const reasons = [];
  await mkdir(cacheFolder(), { recursive: true });
  for (const { name, fetchEtcd } of etcdSources()) {
    const scratch = await mkdtemp(join(cacheFolder(), 'fetching-'));
    try {
      const ready = join(scratch, 'ready');
      await mkdir(ready);
      for (const [program, from] of Object.entries(await fetchEtcd(scratch))) {
        await copyFile(from, join(ready, names[program]));
        await chmod(join(ready, names[program]), 0o755);
      }
      if (!(await works(join(ready, names.etcd)))) throw new Error('the etcd that came does not run here');
      await takePlace(ready, folder);
      return;
    } catch (error) {
      reasons.push(`${name}: ${error.message}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  throw new SetupError(
    'etcd is not on the path and could not be fetched. Install etcd and etcdctl 3.4 or newer, or name them ' +
      `by WAYSTATION_ETCD and WAYSTATION_ETCDCTL.\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
  );
}

async function takePlace(ready, folder) {
  try {
    await rename(ready, folder);
  } catch (error) {
    if (await works(join(folder, names.etcd))) return;
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
    // What stands there does not run: an unpacking that was cut short by hand, or another machine's home.
    await rename(folder, join(ready, '..', 'broken'));
    await rename(ready, folder);
  }
}

async function works(etcd) {
  if (!(await runs(etcd))) return false;
  const { code, output } = await runCommand(etcd, ['--version'], { quiet: true });
  return code === 0 && output.includes('etcd Version');
}

async function runs(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await runs(join(folder, name)))) return resolve(folder, name);
  }
  return undefined;
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waystation');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(JSON.stringify(await ensureEtcd()));
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
