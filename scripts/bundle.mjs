// Bundles each executable that the package in the current folder names under `bin`: dist/<name>.cjs, the whole program
// in one file; dist/<name>.mjs, which starts it; dist/<name>.cache, what V8 made of it in a rehearsal.
import { copyFile, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileAhead } from './compile-ahead.mjs';

/**
 * etcd3 reads its `.proto` files from beside itself when it is loaded; in one file there is nothing beside it. They
 * are read now, and their content takes the place of their path.
 */
const inlineEtcdProtos = {
  name: 'inline-etcd-protos',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]etcd3[\\/]lib[\\/]connection-pool\.js$/ }, async ({ path }) => {
      const loader = createRequire(path).resolve('@grpc/proto-loader');
      const { Root } = createRequire(loader)('protobufjs');
      const file = join(dirname(path), '../proto/rpc.proto');
      const root = await new Root().load(file, { keepCase: true });
      const call = '(0, proto_loader_1.loadSync)(`${__dirname}/../proto/rpc.proto`,';
      const source = await readFile(path, 'utf8');
      if (!source.includes(call)) throw new Error(`${path} no longer loads its .proto files the way it did`);
      const json = JSON.stringify(root.toJSON());
      return { contents: source.replace(call, () => `(0, proto_loader_1.fromJSON)(${json},`) };
    });
  },
};

/**
 * undici's door opens every room of its house: fetch, web sockets, caches, mocks. Programs of ours use its client and
 * nothing else, and who loads less starts sooner.
 */
const undiciClientOnly = {
  name: 'undici-client-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: `exports.Client = require('./lib/dispatcher/client'); exports.errors = require('./lib/core/errors');`,
    }));
  },
};

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
for (const bin of Object.values(manifest.bin ?? {})) {
  const name = basename(bin, '.js');
  await rm(`dist/${name}.cache`, { force: true });
  await build({
    entryPoints: ['dist/main.js'],
    outfile: `dist/${name}.cjs`,
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
    banner: { js: "const __fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    // The first two are loaded only when a channel needs them: they cost 430 ms and 40 MB. lmdb is native code.
    external: ['@alicloud/*', '@darabonba/*', 'lmdb'],
    plugins: [inlineEtcdProtos, undiciClientOnly],
    logLevel: 'warning',
  });
  await copyFile(fileURLToPath(new URL('program-launcher.mjs', import.meta.url)), `dist/${name}.mjs`);
  await compileAhead(name);
}
