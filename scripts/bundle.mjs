// Bundles each executable that the package in the current folder names under `bin` into one file,
// dist/<name>.mjs, from src/main.ts: one file a program starts fast.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
for (const bin of Object.values(manifest.bin ?? {})) {
  await build({
    entryPoints: ['dist/main.js'],
    outfile: `dist/${basename(bin, '.js')}.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'linked',
    legalComments: 'linked',
    define: { 'process.env.WAYSTATION_VERSION_': JSON.stringify(manifest.version) },
    // Packages that are CommonJS reach Node's modules by `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    // Loaded only when a channel needs it: it costs 430 ms and 40 MB.
    external: ['@alicloud/*', '@darabonba/*'],
    logLevel: 'warning',
  });
}
