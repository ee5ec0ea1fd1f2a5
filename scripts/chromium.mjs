// `node scripts/chromium.mjs`: finds or fetches a real Chromium and prints where it is.
import { existsSync } from 'node:fs';
import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackDebian } from './debian-packages.mjs';
import { cacheFolder, fetchInto, onPath, runs } from './program-cache.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

let found;

/**
 * Path of a Chromium: what WAYSTATION_CHROMIUM says, else what is on the path, else Debian's package, unpacked into
 * the cache with the libraries that it needs. Needs no root and installs nothing. Rejects with a SetupError.
 */
export function ensureChromium({ say = console.error } = {}) {
  found ??= find(say).catch((error) => {
    found = undefined;
    throw error;
  });
  return found;
}

/** As `ensureChromium`, but says in words why there is none: `{ path }` or `{ reason }`. */
export async function findChromium({ say } = {}) {
  const told = process.env.WAYSTATION_CHROMIUM_MISSING;
  if (told) return { reason: told };
  try {
    return { path: await ensureChromium({ say }) };
  } catch (error) {
    return { reason: error.message };
  }
}

async function find(say) {
  const named = process.env.WAYSTATION_CHROMIUM;
  if (named) {
    if (await runs(named)) return resolve(named);
    throw new SetupError(`WAYSTATION_CHROMIUM=${named} is not a program that can be run.`);
  }
  for (const name of names) {
    const path = await onPath(name);
    if (path !== undefined && (await answers(path))) return path;
  }
  const folder = join(cacheFolder(), `chromium-${process.platform}-${process.arch}`);
  if (!(await works(folder))) {
    say('fetching Chromium …');
    const sources = existsSync('/etc/debian_version') ? [{ name: "the distribution's packages", fill }] : [];
    const reasons = await fetchInto(folder, sources, works);
    if (!(await works(folder))) throw new SetupError(notHad(reasons));
  }
  return join(folder, 'chromium');
}

function notHad(reasons) {
  return [
    'Chromium is not on the path and could not be fetched. Install it, or name one by WAYSTATION_CHROMIUM.',
    ...reasons.map((reason) => `  ${reason}`),
  ].join('\n');
}

async function fill(scratch, ready) {
  const unpacked = await unpackDebian(scratch, ['chromium'], { dependencies: true });
  const root = join(ready, 'root');
  await rename(unpacked, root);
  await rm(join(root, 'usr', 'share'), { recursive: true, force: true });
  const libraries = [...new Set(await librariesBelow(root))].map(
    (folder) => `$here/${relative(ready, folder)}`,
  );
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    `LD_LIBRARY_PATH="${libraries.join(':')}" exec "$here/root/usr/lib/chromium/chromium" "$@"`,
  ];
  await writeFile(join(ready, 'chromium'), `${lines.join('\n')}\n`);
  await chmod(join(ready, 'chromium'), 0o755);
}

/** Folders with shared libraries, but for the browser's own, which it finds by itself. */
async function librariesBelow(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter(({ name, parentPath }) => /\.so(?:\.|$)/u.test(name) && !parentPath.endsWith('/chromium'))
    .map(({ parentPath }) => parentPath);
}

async function works(folder) {
  return answers(join(folder, 'chromium'));
}

async function answers(path) {
  if (!(await runs(path))) return false;
  const { code, output } = await runCommand(path, ['--version'], { quiet: true });
  return code === 0 && /\b(?:Chromium|Chrome) \d+/u.test(output);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(await ensureChromium());
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
