// Writes the generated files; with --check says which of them are not what they should be, and changes nothing.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { root } from './setup.mjs';

const onlyCheck = process.argv.includes('--check');
const folder = join(root, 'scripts', 'generators');
const stale = [];
for (const name of (await readdir(folder)).filter((file) => file.endsWith('.mjs')).sort()) {
  const { outputs } = await import(pathToFileURL(join(folder, name)).href);
  for (const [path, content] of await outputs()) {
    const file = join(root, path);
    const wanted = await formatted(file, content);
    if ((await readFile(file, 'utf8').catch(() => '')) === wanted) continue;
    stale.push(path);
    if (!onlyCheck) await writeFile(file, wanted);
  }
}
for (const path of stale)
  console.log(onlyCheck ? `out of date: ${path} (run pnpm generate)` : `written: ${path}`);
if (onlyCheck && stale.length > 0) process.exitCode = 1;

async function formatted(file, content) {
  if (file.endsWith('.json')) return content;
  return format(content, { ...(await resolveConfig(file)), filepath: file });
}
