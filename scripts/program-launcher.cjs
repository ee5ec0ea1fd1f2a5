// Starts the program beside it, `<name>.cjs`. V8 takes the code that it compiled when the program was bundled from
// `<name>.cache`, where it is the same V8; any other refuses the file and compiles anew, which costs 60 ms. Parts that
// the program asks for later lie beside it and are loaded the same way.
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** What was loaded, by its file: for whoever wants to keep what V8 has compiled of it. */
exports.scripts = new Map();

function load(file) {
  // One byte a character, or V8 would keep millions of them in two: the bundler leaves nothing but ASCII in it.
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData: readCache(file) });
  exports.scripts.set(file, script);
  const outer = createRequire(file);
  const folder = dirname(file);
  const loaded = new Map();
  const inner = (id) => {
    if (!id.startsWith('./')) return outer(id);
    if (!loaded.has(id)) loaded.set(id, load(join(folder, id)));
    return loaded.get(id);
  };
  const part = { exports: {} };
  script.runInThisContext()(part.exports, Object.assign(inner, outer), part, file, folder);
  return part.exports;
}

function readCache(file) {
  try {
    return readFileSync(file.replace(/\.cjs$/, '.cache'));
  } catch {
    return undefined;
  }
}

exports.start = (name) => {
  load(join(__dirname, `${name}.cjs`));
};
