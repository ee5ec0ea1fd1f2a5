// `npm start`: real etcd, the simulator, a sample strategy and an agent, ready to be tried; ctrl-C ends it all.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureEtcd } from './etcd.mjs';
import { Part, until } from './part.mjs';
import { endChildrenWithUs, runCommand } from './run-command.mjs';
import { root, SetupError, setUp } from './setup.mjs';
import { whatToTry } from './what-to-try.mjs';

const help = `npm start [-- --data-dir DIR]

Starts etcd (2379), the simulator (7300 and up, control 7309), an agent (7280, admin 7281), and applies
examples/local.yaml. Stays until ctrl-C.

  --data-dir DIR  where etcd and the agent keep their data; default .waystation in this folder
  --help          this text`;

const ports = { etcd: 2379, peer: 2380, api: 7280, admin: 7281, firstRegion: 7300, control: 7309 };
const parts = [];

async function main() {
  const options = readOptions();
  if (options === undefined) return;
  const dataDir = resolve(root, options['data-dir'] ?? '.waystation');
  await setUp();
  const binaries = await ensureEtcd();
  await endLeftovers(join(dataDir, 'parts.json'));
  await requireFreePorts();
  await mkdir(join(dataDir, 'etcd'), { recursive: true, mode: 0o700 });
  await startEtcd(binaries.etcd, join(dataDir, 'etcd'));
  await startSimulator();
  await applyStrategy();
  await startAgent(join(dataDir, 'agent'));
  await writeFile(join(dataDir, 'parts.json'), JSON.stringify(parts.map(({ name, pid }) => ({ name, pid }))));
  console.log(whatToTry(ports));
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (!values.help) return values;
    console.log(help);
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  }
  return undefined;
}

function start(name, command, args, options = {}) {
  const part = new Part(name, command, args, { ...options, cwd: root, onDeath: (why) => void end(1, why) });
  parts.push(part);
  return part;
}

const program = (pkg, name) => join(root, 'packages', pkg, 'bin', `${name}.js`);
const local = (port, path = '') => `http://127.0.0.1:${port}${path}`;
const answers = (url) => async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;

async function startEtcd(etcd, dataDir) {
  const urls = { client: local(ports.etcd), peer: local(ports.peer) };
  start('etcd', etcd, [
    ...['--name', 'waystation', '--data-dir', dataDir, '--logger', 'zap', '--log-level', 'warn'],
    ...['--listen-client-urls', urls.client, '--advertise-client-urls', urls.client],
    ...['--listen-peer-urls', urls.peer, '--initial-advertise-peer-urls', urls.peer],
    ...['--initial-cluster', `waystation=${urls.peer}`],
  ]);
  await until('etcd is healthy', answers(`${urls.client}/health`));
}

async function startSimulator() {
  const args = ['--port', String(ports.firstRegion), '--control-port', String(ports.control)];
  start('simulator', process.execPath, [program('simulator', 'waystation-simulator'), ...args]);
  await until('the simulator answers', answers(local(ports.control, '/')));
}

async function applyStrategy() {
  const wayctl = program('controller', 'wayctl');
  const got = await runCommand(process.execPath, [wayctl, 'strategy', 'get'], { cwd: root, quiet: true });
  if (got.code === 0) return;
  const args = ['strategy', 'apply', '-f', 'examples/local.yaml', '--yes', '--reason', 'first start'];
  const { code, output } = await runCommand(process.execPath, [wayctl, ...args], { cwd: root, quiet: true });
  if (code !== 0) throw new SetupError(`wayctl strategy apply failed (exit code ${code}):\n${output}`);
}

async function startAgent(dataDir) {
  const args = ['--data-dir', dataDir, '--allow-endpoint', 'http://127.0.0.1:*', '--agent-id', 'local'];
  start('agent', process.execPath, [program('agent', 'waystation-agent'), ...args], {
    env: {
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'LTAISimulatorMain',
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: 'simulator-secret-of-main',
    },
  });
  await until('the agent is ready', answers(local(ports.admin, '/readyz')));
}

/** Ends what a start that was killed left running, and only that: a pid counts only with its program's name. */
async function endLeftovers(file) {
  const left = await readFile(file, 'utf8').then(JSON.parse, () => []);
  for (const { name, pid } of left) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(name)) continue;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      continue;
    }
    await until(`${name} of an earlier start is gone`, async () => !isRunning(pid));
  }
  await rm(file, { force: true });
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function requireFreePorts() {
  const regions = Array.from({ length: 5 }, (_, at) => ports.firstRegion + at);
  const { firstRegion: _, ...single } = ports;
  const taken = [];
  for (const port of [...Object.values(single), ...regions]) {
    if (!(await isFree(port))) taken.push(port);
  }
  if (taken.length === 0) return;
  throw new SetupError(
    `port ${taken.join(', ')} of 127.0.0.1 is in use. End what listens there (lsof -i :${taken[0]} shows it) and start again.`,
  );
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

let ending;
/** Ends all parts, last started first, and us. */
function end(code, why) {
  ending ??= (async () => {
    if (why) console.error(`\n${why}`);
    else console.log('\nstopping …');
    for (const part of parts.toReversed()) await part.stop();
    await rm(join(root, '.waystation', 'parts.json'), { force: true });
    process.exit(code);
  })();
  return ending;
}

endChildrenWithUs();
process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM').removeAllListeners('SIGHUP');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0));
main().catch((error) => end(1, error instanceof SetupError ? error.message : error.stack));
