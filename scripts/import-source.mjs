// Loads a TypeScript source of ours, with all that it imports, into this process.
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The exports of a source file, given by its path; it is bundled beside the other output of its package. */
export async function importSource(path, packageFolder) {
  const folder = join(packageFolder, 'dist');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `source-${basename(path, '.ts')}-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      conditions: ['@waystation/source'],
      sourcemap: 'inline',
      // Packages that are CommonJS reach Node's modules by `require`, which an ES module does not have.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      external: ['@alicloud/*', '@darabonba/*', 'lmdb'],
      absWorkingDir: dirname(path),
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}
