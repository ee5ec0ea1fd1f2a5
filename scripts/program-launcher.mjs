// Starts the program beside it, `<name>.cjs`. V8 takes the code that it compiled when the program was bundled from
// `<name>.cache`, where it is the same V8; any other refuses the file and compiles anew, which costs 60 ms.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const file = fileURLToPath(import.meta.url).replace(/\.mjs$/, '.cjs');

function readCache() {
  try {
    return readFileSync(file.replace(/\.cjs$/, '.cache'));
  } catch {
    return undefined;
  }
}

const parameters = 'exports, require, module, __filename, __dirname';

/** The program, for whoever wants to keep what V8 has compiled of it. */
export const script = new Script(`(function (${parameters}) {${readFileSync(file, 'utf8')}\n})`, {
  filename: file,
  cachedData: readCache(),
});

const program = { exports: {} };
script.runInThisContext()(program.exports, createRequire(file), program, file, dirname(file));
