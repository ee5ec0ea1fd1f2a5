import { createRequire } from 'node:module';
import type * as lmdb from 'lmdb';

const require = createRequire(import.meta.url);

/** The library, and where it lies: for a process of its own. */
export interface LoadedLmdb {
  readonly lmdb: typeof lmdb;
  readonly path: string;
}

/** Loads lmdb, once somebody starts an agent: help and version need no native code. Throws where there is none. */
export function loadLmdb(): LoadedLmdb {
  return { lmdb: require('lmdb') as typeof lmdb, path: require.resolve('lmdb') };
}
