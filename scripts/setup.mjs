import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.mjs';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

// Empty is not the same as missing: pnpm then finds no home, and caches land in the current folder.
if (process.env.HOME === '') delete process.env.HOME;

const pnpmVersion = '10.34.9';
/** No question is asked. */
const quietPnpm = { CI: 'true', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
const stampFile = join(root, 'node_modules', '.waystation-setup.json');

/** Turbo neither reports to its makers nor asks about it. */
const quietTurbo = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };

/** What failed in a sentence for a person, without a stack. */
export class SetupError extends Error {}

/**
 * Makes a clone ready: packages installed, everything built. What is up to date already is left alone, so that
 * a second call takes a moment.
 */
export async function setUp({ say = console.error } = {}) {
  requireNode();
  const stamp = await readStamp();
  const installKey = await hashFiles([
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...(await manifests()),
  ]);
  if (stamp.install !== installKey || !existsSync(join(root, 'node_modules', '.bin', 'tsc'))) {
    say('installing packages …');
    await must(await pnpm(['install', '--frozen-lockfile', '--prefer-offline']), 'installing packages');
    await writeStamp({ install: installKey });
  }
  const buildKey = await hashFiles(await sources());
  const built = await readStamp();
  if (built.build === buildKey && (await builtFiles()).every((file) => existsSync(join(root, file)))) return;
  say('building …');
  await must(
    // Through pnpm, since turbo looks for it on the path.
    await pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped'], {
      env: quietTurbo,
    }),
    'building',
  );
  await writeStamp({ install: installKey, build: buildKey });
}

/** Runs a program of node_modules/.bin in the root. */
export function bin(name, args, options = {}) {
  return runCommand(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    ...options,
  });
}

/** Runs pnpm: the one on the path if its major is right, else by npx. */
export async function pnpm(args, options = {}) {
  const env = { ...quietPnpm, ...options.env };
  const found = await runCommand('pnpm', ['--version'], { cwd: root, quiet: true, env });
  const right = found.code === 0 && /^10\.\d+\.\d+$/mu.test(found.output.trim());
  return right
    ? runCommand('pnpm', args, { cwd: root, ...options, env })
    : runCommand('npx', ['--yes', `pnpm@${pnpmVersion}`, ...args], { cwd: root, ...options, env });
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node ${process.versions.node} is too old: Waystation needs 20.19 or newer.`);
}

async function must({ code, output }, what) {
  if (code !== 0) throw new SetupError(`${what} failed (exit code ${code})${output ? `:\n${output}` : '.'}`);
}

async function manifests() {
  const packages = await readdir(join(root, 'packages'));
  return [
    ...packages.map((name) => `packages/${name}/package.json`),
    'bench/package.json',
    'e2e/package.json',
  ];
}

async function sources() {
  const files = await Promise.all(
    (await readdir(join(root, 'packages'))).map(async (name) => {
      const folder = `packages/${name}`;
      const below = await readdir(join(root, folder, 'src'), { recursive: true });
      return [
        ...below.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/src/${file}`),
        `${folder}/package.json`,
        `${folder}/tsconfig.src.json`,
      ];
    }),
  );
  const bundling = [
    ...['bundle.mjs', 'bundle/late-parts.mjs', 'bundle/slim-libraries.mjs'],
    ...['compile-ahead.mjs', 'rehearse.mjs', 'program-launcher.cjs'],
  ].map((name) => `scripts/${name}`);
  return [...files.flat().sort(), 'tsconfig.base.json', ...bundling, 'pnpm-lock.yaml'];
}

/** A file of each package, and each program, that a build makes. */
async function builtFiles() {
  const wanted = await Promise.all(
    (await readdir(join(root, 'packages'))).map(async (name) => {
      const manifest = join('packages', name, 'package.json');
      const { bin: programs = {} } = JSON.parse(await readFile(join(root, manifest), 'utf8'));
      return ['index.js', ...Object.keys(programs).map((program) => `${program}.cjs`)].map((file) =>
        join('packages', name, 'dist', file),
      );
    }),
  );
  return wanted.flat();
}

async function hashFiles(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    hash.update(file).update('\0');
    hash.update(await readFile(join(root, file)).catch(() => ''));
  }
  return hash.digest('hex');
}

async function readStamp() {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

async function writeStamp(stamp) {
  await mkdir(join(stampFile, '..'), { recursive: true });
  await writeFile(stampFile, JSON.stringify(stamp));
}
