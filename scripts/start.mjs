// `npm start`: real etcd, the simulator, a sample strategy and an agent, ready to be tried; ctrl-C ends it all.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endChildrenWithUs } from './end-with-us.mjs';
import { ensureEtcd } from './etcd.mjs';
import { endLeftovers, removeRecord, writeRecord } from './leftovers.mjs';
import { Part, until } from './part.mjs';
import { requireFreePorts } from './require-free-ports.mjs';
import { endCommands, killCommands, runCommand } from './run-command.mjs';
import { root, SetupError, setUp } from './setup.mjs';
import { whatToTry } from './what-to-try.mjs';

const help = `npm start [-- --data-dir DIR]

Starts etcd (2379), the simulator (7300 and up, control 7309), an agent (7280, admin 7281), and applies
examples/local.yaml if there is no strategy yet. Stays until ctrl-C.

  --data-dir DIR  where etcd and the agent keep their data; default .waystation in this folder
  --help          this text`;

const ports = { etcd: 2379, peer: 2380, api: 7280, admin: 7281, firstRegion: 7300, control: 7309 };
/** The simulator's four regions and its gateway. */
const simulatedEndpoints = 5;
/** What the agent allows itself when it stops: for requests under way, and for closing what is left. */
const agentStop = { requestsMs: 15_000, closingMs: 10_000 };
const parts = [];
let record;
let allRuns = false;

async function main() {
  const options = readOptions();
  if (options === undefined) return;
  const dataDir = resolve(root, options['data-dir'] ?? '.waystation');
  await makeDataDir(dataDir);
  await setUp();
  const binaries = await ensureEtcd();
  await endLeftovers(join(dataDir, 'parts.json'));
  await requireFreePorts([
    ...[ports.api, ports.admin, ports.etcd, ports.peer, ports.control],
    ...Array.from({ length: simulatedEndpoints }, (_, at) => ports.firstRegion + at),
  ]);
  record = join(dataDir, 'parts.json');
  await mkdir(join(dataDir, 'etcd'), { recursive: true, mode: 0o700 });
  await startEtcd(binaries.etcd, join(dataDir, 'etcd'));
  await startSimulator();
  const isNew = await applyStrategy(dataDir);
  await startAgent(join(dataDir, 'agent'));
  allRuns = true;
  console.log(whatToTry(ports, { isNew, etcdPid: parts.find(({ name }) => name === 'etcd')?.pid }));
}

/** Not recursive: Node's recursive mkdir never comes back from folders such as /proc, where nothing can be made. */
async function makeDataDir(dataDir) {
  try {
    await mkdir(dataDir, { mode: 0o700 });
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw new SetupError(
      `--data-dir ${dataDir} cannot be made (${error.code}): the folder above it must be there, and this user may write in it.`,
    );
  }
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

/** Unsets the environment's settings of Waystation: what runs here is set by this script alone. */
const ownSettings = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('WAYSTATION_'))
    .map((name) => [name, undefined]),
);

async function start(name, command, args, { env, patienceMs } = {}) {
  const part = new Part(name, command, args, {
    cwd: root,
    env: { ...ownSettings, ...env },
    patienceMs,
    onDeath: (why) => void partDied(name, why),
  });
  parts.push(part);
  await writeRecord(record, parts);
}

/** Any part takes all with it, but for etcd once all runs: sends do not need it, and who ends it may see that. */
async function partDied(name, why) {
  if (name !== 'etcd' || !allRuns) return fail(`\n${why}\nThe rest is ended too.`);
  console.error(
    `\n${why}\nThe agent and the simulator run on: sends go out by the last good strategy, and wayctl has nothing ` +
      'to write to. ctrl-C and npm start bring etcd back.',
  );
}

const program = (pkg, name) => join(root, 'packages', pkg, 'bin', `${name}.js`);
const local = (port, path = '') => `http://127.0.0.1:${port}${path}`;
const answers = (url) => async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;

async function startEtcd(etcd, dataDir) {
  const urls = { client: local(ports.etcd), peer: local(ports.peer) };
  await start('etcd', etcd, [
    ...['--name', 'waystation', '--data-dir', dataDir, '--logger', 'zap', '--log-level', 'warn'],
    ...['--listen-client-urls', urls.client, '--advertise-client-urls', urls.client],
    ...['--listen-peer-urls', urls.peer, '--initial-advertise-peer-urls', urls.peer],
    ...['--initial-cluster', `waystation=${urls.peer}`],
  ]);
  await until('etcd is healthy', answers(`${urls.client}/health`));
}

async function startSimulator() {
  const args = ['--port', String(ports.firstRegion), '--control-port', String(ports.control)];
  await start('simulator', process.execPath, [program('simulator', 'waystation-simulator'), ...args]);
  await until('the simulator answers', answers(local(ports.control, '/')));
}

/** The sample, unless a strategy stands there from an earlier start; whether it is the sample. */
async function applyStrategy(dataDir) {
  const wayctl = (...args) =>
    runCommand(process.execPath, [program('controller', 'wayctl'), 'strategy', ...args], {
      cwd: root,
      // A person's own contexts lead to other fleets.
      env: { ...ownSettings, XDG_CONFIG_HOME: join(dataDir, 'config') },
      quiet: true,
    });
  if ((await wayctl('get')).code === 0) return false;
  const { code, output } = await wayctl(
    ...['apply', '-f', 'examples/local.yaml', '--yes', '--reason', 'first start'],
  );
  if (code !== 0) throw new SetupError(`wayctl strategy apply failed (exit code ${code}):\n${output}`);
  return true;
}

async function startAgent(dataDir) {
  const args = ['--data-dir', dataDir, '--allow-endpoint', 'http://127.0.0.1:*', '--agent-id', 'local'];
  args.push('--stop-timeout-ms', String(agentStop.requestsMs));
  await start('agent', process.execPath, [program('agent', 'waystation-agent'), ...args], {
    env: {
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'LTAISimulatorMain',
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: 'simulator-secret-of-main',
    },
    // Longer than all that it takes for itself: callers read their answers, and it leaves no lock.
    patienceMs: agentStop.requestsMs + agentStop.closingMs + 1000,
  });
  await until('the agent is ready', answers(local(ports.admin, '/readyz')));
}

let ending;
/** Ends all parts, last started first. */
function endAll() {
  ending ??= (async () => {
    await endCommands();
    for (const part of parts.toReversed()) await part.stop(console.log);
    if (record !== undefined) await removeRecord(record);
  })();
  return ending;
}

/** Ends all parts and commands at once; what waits in `endAll` then has nothing to wait for. */
function killAll() {
  killCommands();
  for (const part of parts) part.kill();
}

/** Ends all and us, saying why. */
async function fail(why) {
  if (ending !== undefined) return;
  console.error(why);
  await endAll();
  process.exit(1);
}

endChildrenWithUs((signal) => {
  // It ends already, since a part died: the person wants it sooner.
  if (ending !== undefined) killAll();
  else if (signal !== 'SIGHUP') console.log('\nstopping …');
  return endAll();
}, killAll);
main().catch((error) => fail(error instanceof SetupError ? error.message : error.stack));
