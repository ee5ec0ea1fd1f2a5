import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests read the packages' sources, so that no build is needed before a unit test. */
const resolve = { conditions: ['@waystation/source'] };
// No 'import' among them: it would reach Node's own loader, where `require('long')` then gives protobufjs
// a module it cannot use, and etcd's 64-bit numbers lose their last digits.
const ssr = { resolve: { conditions: ['@waystation/source', 'module', 'node', 'development|production'] } };

export default defineConfig({
  test: {
    // Files that wait for sockets and processes leave a core free for one more, also where there are but two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './scripts/summary-reporter.mjs'],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'pure',
          include: ['packages/{core,config}/src/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'parts',
          include: ['packages/{agent,controller,etcd,simulator}/src/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Real sockets and processes on a busy machine; each further try is told by the reporter.
          retry: 1,
        },
      },
      {
        test: { name: 'house', include: ['scripts/*.test.mjs'], testTimeout: 120_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // Real processes on a busy machine; each further try is told by the reporter.
          retry: 2,
        },
      },
    ],
  },
});
