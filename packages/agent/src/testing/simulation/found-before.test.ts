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

/** Unkeyed, proven unsent, and killed while that is written. */
const nobodyKnows: History = {
  seed: 1403206737,
  channels: [
    {
      host: 0,
      account: 0,
    },
  ],
  policy: 'primary-backup',
  onUnknownOutcome: 'reconcile',
  timeouts: {
    connectMs: 200,
    readMs: 300,
    totalMs: 1000,
  },
  afterReconcile: 'fail',
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
  phases: [],
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
      deliverInMs: 40000,
      timeoutMs: 100,
      repeats: 1,
      pauseMs: 1,
      hangUpMs: 785,
    },
    {
      atMs: 0,
      timeoutMs: 100,
      repeats: 0,
      pauseMs: 1,
    },
  ],
  storms: [],
  crashes: [
    {
      kind: 'at',
      atMs: 2288,
      downMs: 2000,
    },
    {
      kind: 'at',
      atMs: 12894,
      downMs: 1,
    },
  ],
  drains: [],
  clockJumps: [],
};

it('what became of a waiting message is known by its id, whatever a crash parts', async () => {
  expect(findViolations(await runHistory(nobodyKnows))).toEqual([]);
});

/** Its caller hangs up while it is being written down. */
const gone: History = {
  seed: 0,
  channels: [
    {
      host: 0,
      account: 0,
    },
  ],
  policy: 'primary-backup',
  onUnknownOutcome: 'reconcile',
  timeouts: {
    connectMs: 200,
    readMs: 300,
    totalMs: 1000,
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
    flushMs: 5,
    failing: 0,
  },
  limits: {
    channels: [],
  },
  phases: [],
  shapes: [
    {
      form: 'list',
      firstPhone: 0,
      numbers: 1,
    },
  ],
  calls: [
    {
      atMs: 1,
      deliverInMs: 15000,
      timeoutMs: 100,
      repeats: 0,
      pauseMs: 1,
      hangUpMs: 1,
    },
    {
      atMs: 0,
      timeoutMs: 500,
      repeats: 0,
      pauseMs: 1,
    },
  ],
  storms: [],
  crashes: [],
  drains: [],
  clockJumps: [],
};

it('a message whose caller hung up while it was written down goes to nobody', async () => {
  expect(findViolations(await runHistory(gone))).toEqual([]);
});

/** A disk that refuses for a moment, and a kill right after the answer. */
const refusedByDisk: History = {
  seed: 240151064,
  channels: [
    {
      host: 0,
      account: 0,
    },
  ],
  policy: 'primary-backup',
  onUnknownOutcome: 'reconcile',
  timeouts: {
    connectMs: 200,
    readMs: 300,
    totalMs: 1000,
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
    flushMs: 0,
    failing: 0.05,
  },
  limits: {
    channels: [],
  },
  phases: [
    {
      fromMs: 0,
      forMs: 521,
      host: 0,
      percent: 100,
      manner: {
        kind: 'throttles',
        retryAfterMs: 0,
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
      deliverInMs: 90000,
      timeoutMs: 5000,
      repeats: 1,
      pauseMs: 50,
    },
  ],
  storms: [],
  crashes: [
    {
      kind: 'step',
      step: 23,
      downMs: 1,
    },
    {
      kind: 'at',
      atMs: 549,
      downMs: 1,
    },
  ],
  drains: [],
  clockJumps: [],
};

it('nobody is told that nothing was sent of a message that the next start would send', async () => {
  expect(findViolations(await runHistory(refusedByDisk))).toEqual([]);
});
