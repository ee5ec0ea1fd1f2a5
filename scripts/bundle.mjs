// Bundles each executable that the package in the current folder names under `bin`: dist/<name>.cjs, the whole program
// in one file; dist/<name>.<part>.cjs, what it loads later; dist/program-launcher.cjs, which starts it; and a .cache
// beside each, what V8 made of it in a rehearsal.
import { copyFile, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lateParts } from './bundle/late-parts.mjs';
import { inlineEtcdProtos, undiciWithoutRest } from './bundle/slim-libraries.mjs';
import { compileAhead } from './compile-ahead.mjs';

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
for (const bin of Object.values(manifest.bin ?? {})) {
  const name = basename(bin, '.js');
  await removeFormer(name);
  const parts = new Map();
  await bundle('dist/main.js', `dist/${name}.cjs`, [lateParts(name, parts)]);
  for (const { file, entry } of parts.values()) await bundle(entry, `dist/${file}`, []);
  const launcher = 'program-launcher.cjs';
  await copyFile(fileURLToPath(new URL(launcher, import.meta.url)), `dist/${launcher}`);
  await compileAhead(name);
}

async function removeFormer(name) {
  const former = (await readdir('dist')).filter((file) => file.startsWith(`${name}.`));
  await Promise.all(former.map((file) => rm(`dist/${file}`)));
}

/** Makes one file, a function of what a module is given, of a module and everything that it imports. */
async function bundle(entry, outfile, plugins) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    // In a script of `node:vm` it is experimental; what is loaded later is loaded by `require`.
    supported: { 'dynamic-import': false },
    sourcemap: 'linked',
    legalComments: 'linked',
    define: {
      'process.env.WAYSTATION_VERSION_': JSON.stringify(manifest.version),
      'import.meta.url': '__fileUrl',
    },
    // Modules ask for their own place by `import.meta`, which a script does not have.
    banner: {
      js: "(function (exports, require, module, __filename, __dirname) {const __fileUrl = require('node:url').pathToFileURL(__filename).href;",
    },
    footer: { js: '})' },
    // The first two are loaded only when a channel needs them: they cost 430 ms and 40 MB. lmdb is native code.
    external: ['@alicloud/*', '@darabonba/*', 'lmdb'],
    plugins: [inlineEtcdProtos, undiciWithoutRest, ...plugins],
    logLevel: 'warning',
  });
  await keepToAscii(outfile);
}

/** Patterns and comments are left as they were by esbuild; the launcher reads one byte a character. */
async function keepToAscii(file) {
  const text = await readFile(file, 'utf8');
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  await writeFile(file, text.replace(/[^\0-\x7f]/g, escape));
}
