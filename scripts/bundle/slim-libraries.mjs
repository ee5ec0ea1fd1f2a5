// What libraries would read or load at a start and a program has no use for.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * etcd3 reads its `.proto` files from beside itself when it is loaded; in one file there is nothing beside it. They
 * are read now, and their content takes the place of their path.
 */
export const inlineEtcdProtos = {
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
 * undici's door opens every room of its house: fetch, web sockets, caches, mocks. Programs of ours use its client for
 * HTTP/1.1 and nothing else, and who loads less starts sooner.
 */
export const undiciWithoutRest = {
  name: 'undici-without-rest',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: `exports.Client = require('./lib/dispatcher/client'); exports.errors = require('./lib/core/errors');`,
    }));
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('HTTP/2 is not bundled'); };`,
    }));
  },
};
