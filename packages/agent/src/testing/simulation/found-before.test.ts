import { expect, it } from 'vitest';
import { findViolations } from './find-violations.ts';
import type { History } from './history.ts';
import { runHistory } from './run-history.ts';

/** The first attempt is proven unsent, the second is overdue, searched for, and then known to be unwritten. */
const provenThenUnwritten: History = {
  seed: 0,
  channels: [
    {
      host: 2,
      account: 0,
    },
  ],
  policy: 'primary-backup',
  onUnknownOutcome: 'reconcile',
  timeouts: {
    connectMs: 200,
    readMs: 5000,
    totalMs: 10000,
  },
  afterReconcile: 'resend',
  afterInconclusive: 'fail',
  records: {
    appearMs: 0,
    shared: false,
    masked: false,
    unshown: 'none',
  },
  probed: false,
  disk: {
    flushMs: 3000,
    failing: 0,
  },
  limits: {
    channels: [],
  },
  phases: [
    {
      fromMs: 0,
      forMs: 613,
      host: 2,
      percent: 100,
      manner: {
        kind: 'resets',
        took: false,
      },
    },
  ],
  shapes: [
    {
      form: 'list',
      firstPhone: 0,
      numbers: 1,
    },
  ],
  calls: [
    {
      atMs: 0,
      key: 0,
      deliverInMs: 15000,
      timeoutMs: 100,
      repeats: 0,
      pauseMs: 1,
    },
    {
      atMs: 0,
      timeoutMs: 100,
      repeats: 0,
      pauseMs: 1,
    },
  ],
  storms: [],
  crashes: [],
  drains: [],
  clockJumps: [],
};

it('a waiting message goes on waiting where each of its attempts is known to be unsent', async () => {
  expect(findViolations(await runHistory(provenThenUnwritten))).toEqual([]);
});
