import { createRequire } from 'node:module';
import type * as lmdb from 'lmdb';

const require = createRequire(import.meta.url);

/** Where the package lies, for a process of its own. */
export function lmdbPath(): string {
  return require.resolve('lmdb');
}

/** Loads lmdb when it is first needed: help and version need no native code. */
export function loadLmdb(): typeof lmdb {
  return require('lmdb') as typeof lmdb;
}
