// Keeps what V8 compiles of a program while it is rehearsed, so that starting it compiles next to nothing.
// `node scripts/compile-ahead.mjs <dist> <name> <arguments>`: runs the program, and writes a cache for each of its
// files that it loaded when it exits.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rehearse } from './rehearse.mjs';

const self = fileURLToPath(import.meta.url);

/** Rehearses the bundled program of this name, in `dist` of the current folder, and writes its cache. */
export async function compileAhead(name) {
  await rehearse(name, async (args, env, perform) => {
    const child = spawn(process.execPath, [self, resolve('dist'), name, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = [];
    for (const output of [child.stdout, child.stderr]) output.on('data', (data) => said.push(data));
    const ended = once(child, 'close');
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await Promise.race([perform?.(child), ended]);
    const [code] = await ended;
    clearTimeout(timer);
    if (code === null) throw new Error(`the rehearsal of ${name} did not end by itself:\n${said.join('')}`);
  });
}

if (process.argv[1] === self) {
  const [, , dist, name, ...args] = process.argv;
  process.argv = [process.execPath, join(dist, `${name}.cjs`), ...args];
  const launcher = createRequire(self)(join(dist, 'program-launcher.cjs'));
  process.on('exit', () => {
    for (const [file, script] of launcher.scripts) {
      writeFileSync(file.replace(/\.cjs$/, '.cache'), script.createCachedData());
    }
  });
  launcher.start(name);
}
