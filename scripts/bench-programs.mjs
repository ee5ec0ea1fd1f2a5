// `node scripts/bench-programs.mjs`: finds or fetches nginx, HAProxy and wrk and prints where they are, as JSON.
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackDebian } from './debian-packages.mjs';
import { cacheFolder, fetchInto, onPath, runs } from './program-cache.mjs';
import { runCommand } from './run-command.mjs';

/** Program → the package that has it, where it stands in there, and how it is asked whether it runs here. */
const programs = {
  nginx: { inside: 'usr/sbin/nginx', version: '-v' },
  haproxy: { inside: 'usr/sbin/haproxy', version: '-v' },
  wrk: { inside: 'usr/bin/wrk', version: '-v' },
};

/**
 * Path of each program that is on the path or could be had from the distribution's packages, unpacked into the cache
 * without root; those that could not be had are left out, with a line that says why.
 */
export async function findBenchPrograms({ say = console.error } = {}) {
  const found = {};
  for (const name of Object.keys(programs)) {
    const path = await find(name, say);
    // Where one cannot be fetched the others cannot: nobody waits three times for a network that is not there.
    if (path === undefined) break;
    found[name] = path;
  }
  return found;
}

async function find(name, say) {
  const near = await onPath(name);
  if (near !== undefined && (await answers(name, near))) return near;
  const folder = join(cacheFolder(), `${name}-${process.platform}-${process.arch}`);
  const works = (where) => answers(name, join(where, name));
  if (!(await works(folder))) {
    const sources = existsSync('/etc/debian_version')
      ? [{ name: "the distribution's packages", fill: fillerOf(name) }]
      : [];
    say(`fetching ${name} …`);
    const reasons = await fetchInto(folder, sources, works);
    if (!(await works(folder))) {
      say(`${name} is not on the path and could not be fetched. ${reasons.join('; ')}`);
      return undefined;
    }
  }
  return join(folder, name);
}

function fillerOf(name) {
  return async (scratch, ready) => {
    const unpacked = await unpackDebian(scratch, [name], { dependencies: true });
    const root = join(ready, 'root');
    await rename(unpacked, root);
    const libraries = (await librariesBelow(root)).map((folder) => `$here/${relative(ready, folder)}`);
    const lines = [
      '#!/bin/sh',
      'here=$(dirname "$(readlink -f "$0")")',
      `LD_LIBRARY_PATH="${libraries.join(':')}" exec "$here/root/${programs[name].inside}" "$@"`,
    ];
    await mkdir(ready, { recursive: true });
    await writeFile(join(ready, name), `${lines.join('\n')}\n`);
    await chmod(join(ready, name), 0o755);
  };
}

async function librariesBelow(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return [
    ...new Set(entries.filter(({ name }) => /\.so(?:\.|$)/u.test(name)).map(({ parentPath }) => parentPath)),
  ];
}

/** wrk has no exit code of its own for its version: what it prints tells that it ran. */
async function answers(name, path) {
  if (!(await runs(path))) return false;
  const { output } = await runCommand(path, [programs[name].version], { quiet: true });
  return new RegExp(`\\b${name}\\b`, 'iu').test(output) && /\d+\.\d+/u.test(output);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await findBenchPrograms()));
}
