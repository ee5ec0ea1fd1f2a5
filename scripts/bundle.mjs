// Bundles each executable that the package in the current folder names under `bin` into one file,
// dist/<name>.mjs, from src/main.ts: one file a program starts fast.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

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
    // The first two are loaded only when a channel needs them: they cost 430 ms and 40 MB. lmdb is native code.
    external: ['@alicloud/*', '@darabonba/*', 'lmdb'],
    plugins: [inlineEtcdProtos],
    logLevel: 'warning',
  });
}
