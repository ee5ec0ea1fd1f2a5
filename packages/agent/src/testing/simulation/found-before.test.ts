import { expect, it } from 'vitest';
import { findViolations } from './find-violations.ts';
import type { History, Phase } from './history.ts';
import { runHistory } from './run-history.ts';

/** One channel, and nothing happens: what each history differs from. */
const quiet: History = {
  seed: 0,
  channels: [{ host: 0, account: 0 }],
  policy: 'primary-backup',
  onUnknownOutcome: 'reconcile',
  timeouts: { connectMs: 200, readMs: 300, totalMs: 1000 },
  afterReconcile: 'resend',
  afterInconclusive: 'fail',
  records: { appearMs: 0, shared: false, masked: false, unshown: 'none' },
  maxLikes: 1000,
  probed: false,
  disk: { flushMs: 0, failing: 0 },
  recoveryMs: 0,
  limits: { channels: [] },
  phases: [],
  shapes: [{ form: 'list', firstPhone: 0, numbers: 1 }],
  calls: [],
  storms: [],
  crashes: [],
  drains: [],
  clockJumps: [],
};

const once = { repeats: 0, pauseMs: 1 };
const templateUnknown: Phase = {
  ...{ fromMs: 0, forMs: 100, host: 0, percent: 100 },
  manner: { kind: 'says', code: 'isv.SMS_TEMPLATE_ILLEGAL', status: 200, took: false },
};

/** Promises that were broken once, each by the smallest history that showed it. */
const kept: readonly (readonly [promise: string, how: Partial<History>])[] = [
  [
    // The first attempt is proven unsent, the second is overdue, searched for, and then known to be unwritten.
    'a waiting message goes on waiting where each of its attempts is known to be unsent',
    {
      channels: [{ host: 2, account: 0 }],
      timeouts: { connectMs: 200, readMs: 5000, totalMs: 10_000 },
      disk: { flushMs: 3000, failing: 0 },
      phases: [{ fromMs: 0, forMs: 613, host: 2, percent: 100, manner: { kind: 'resets', took: false } }],
      calls: [
        { atMs: 0, key: 0, deliverInMs: 15_000, timeoutMs: 100, ...once },
        { atMs: 0, timeoutMs: 100, ...once },
      ],
    },
  ],
  [
    // Unkeyed, proven unsent, and killed while that is written.
    'what became of a waiting message is known by its id, whatever a crash parts',
    {
      seed: 1_403_206_737,
      afterReconcile: 'fail',
      disk: { flushMs: 3000, failing: 0 },
      calls: [
        { atMs: 0, deliverInMs: 40_000, timeoutMs: 100, hangUpMs: 785, repeats: 1, pauseMs: 1 },
        { atMs: 0, timeoutMs: 100, ...once },
      ],
      crashes: [
        { kind: 'at', atMs: 2288, downMs: 2000 },
        { kind: 'at', atMs: 12_894, downMs: 1 },
      ],
    },
  ],
  [
    // Its caller hangs up while it is being written down.
    'a message whose caller hung up while it was written down goes to nobody',
    {
      disk: { flushMs: 5, failing: 0 },
      calls: [
        { atMs: 1, deliverInMs: 15_000, timeoutMs: 100, hangUpMs: 1, ...once },
        { atMs: 0, timeoutMs: 500, ...once },
      ],
    },
  ],
  [
    // A disk that refuses for a moment, and a kill right after the answer.
    'nobody is told that nothing was sent of a message that the next start would send',
    {
      seed: 240_151_064,
      disk: { flushMs: 0, failing: 0.05 },
      phases: [
        { fromMs: 0, forMs: 521, host: 0, percent: 100, manner: { kind: 'throttles', retryAfterMs: 0 } },
      ],
      calls: [{ atMs: 0, deliverInMs: 90_000, timeoutMs: 5000, repeats: 1, pauseMs: 50 }],
      crashes: [
        { kind: 'step', step: 23, downMs: 1 },
        { kind: 'at', atMs: 549, downMs: 1 },
      ],
    },
  ],
  [
    // The disk refuses the second attempt, and the process ends right after the answer.
    'nobody is told that an attempt was kept back of a message that the next start would send',
    {
      seed: 2_137_219_693,
      policy: 'weighted-random',
      probed: true,
      disk: { flushMs: 400, failing: 0.05 },
      phases: [
        { fromMs: 0, forMs: 8290, host: 0, percent: 100, manner: { kind: 'throttles', retryAfterMs: 2333 } },
      ],
      calls: [
        { atMs: 2192, deliverInMs: 15_000, timeoutMs: 10_000, hangUpMs: 3097, repeats: 1, pauseMs: 3000 },
        { atMs: 2874, deliverInMs: 5000, timeoutMs: 5000, ...once },
        { atMs: 8290, deliverInMs: 2500, timeoutMs: 100, ...once },
        { atMs: 2485, deliverInMs: 40_000, timeoutMs: 1000, ...once },
        { atMs: 8331, timeoutMs: 500, repeats: 3, pauseMs: 1 },
      ],
      crashes: [{ kind: 'at', atMs: 10_737, downMs: 1 }],
    },
  ],
  [
    // Its block is over while the one place that its limit leaves is taken; the other account is throttled again.
    'a channel without room for a moment is asked before a message fails',
    {
      channels: [
        { host: 1, account: 0 },
        { host: 1, account: 1 },
      ],
      limits: { channels: [{ maxInFlight: 1 }] },
      phases: [
        { fromMs: 0, forMs: 8433, host: 1, percent: 30, manner: { kind: 'throttles', retryAfterMs: 311 } },
      ],
      calls: [
        { atMs: 0, deliverInMs: 2500, timeoutMs: 100, ...once },
        { atMs: 0, timeoutMs: 5000, ...once },
      ],
      storms: [{ atMs: 7817, count: 13, everyMs: 50, timeoutMs: 1000 }],
    },
  ],
  [
    // Written down for an idle connection, which is gone, so that another has to be opened first.
    'an attempt that had to wait for a connection is not written too late',
    {
      channels: [
        { host: 1, account: 0 },
        { host: 0, account: 0 },
      ],
      timeouts: { connectMs: 3000, readMs: 5000, totalMs: 1000 },
      phases: [{ fromMs: 0, forMs: 513, host: 1, percent: 100, manner: { kind: 'connects-late', ms: 493 } }],
      seed: 14,
      calls: [
        { atMs: 512, deliverInMs: 2500, timeoutMs: 2500, ...once },
        { atMs: 2, key: 0, timeoutMs: 10_000, ...once },
      ],
      crashes: [{ kind: 'at', atMs: 0, downMs: 1 }],
    },
  ],
  [
    // One is searched for, and no other waits, when the clock is set back and the next begins to wait.
    'nothing in doubt is sent again by a clock that was set',
    {
      seed: 340_505_823,
      disk: { flushMs: 3000, failing: 0 },
      calls: [
        { atMs: 0, deliverInMs: 2500, timeoutMs: 100, ...once },
        { atMs: 0, deliverInMs: 90_000, timeoutMs: 100, ...once },
        { atMs: 9680, deliverInMs: 2500, timeoutMs: 100, ...once },
      ],
      clockJumps: [{ atMs: 11_719, byMs: -72_624 }],
    },
  ],
  [
    // Its key was free again; its first attempt is under way when the clock is set, and begins to wait after that.
    'a clock that is set while a message is tried for the first time is doubted once it waits',
    {
      channels: [
        { host: 0, account: 0 },
        { host: 0, account: 1 },
      ],
      limits: {
        route: { perSecond: 0.1, burst: 1, over: { kind: 'fallback', rate: { perSecond: 5, burst: 1 } } },
        channels: [],
      },
      phases: [{ fromMs: 0, forMs: 4305, host: 0, percent: 100, manner: { kind: 'swallows-connections' } }],
      calls: [
        { atMs: 362, key: 1, deliverInMs: 40_000, timeoutMs: 5000, repeats: 1, pauseMs: 3000, hangUpMs: 1 },
        { atMs: 0, key: 1, deliverInMs: 5000, timeoutMs: 100, repeats: 0, pauseMs: 1 },
        { atMs: 0, timeoutMs: 100, repeats: 0, pauseMs: 1 },
      ],
      drains: [{ atMs: 4017, channel: 0 }],
      clockJumps: [{ atMs: 3366, byMs: -60_001 }],
    },
  ],
  [
    // Its attempt is known to be rejected and its caller told, and the process is killed before its end is written.
    'a message with a time that was told rejected is sent by no later process',
    {
      seed: 22,
      timeouts: { connectMs: 200, readMs: 300, totalMs: 1000 },
      disk: { flushMs: 0, failing: 0.05 },
      phases: [
        {
          ...{ fromMs: 0, forMs: 100, host: 0, percent: 100 },
          manner: { kind: 'says', code: 'isv.MOBILE_NUMBER_ILLEGAL', status: 200, took: false },
        },
      ],
      calls: [{ atMs: 2, deliverInMs: 40_000, timeoutMs: 2500, repeats: 0, pauseMs: 1 }],
      crashes: [
        { kind: 'at', atMs: 0, downMs: 1 },
        { kind: 'at', atMs: 51, downMs: 2000 },
      ],
    },
  ],
  [
    // No account has the template: another one might have, as far as its attempt says.
    'nobody is told that nothing was sent before the disk knows that nothing will be',
    {
      seed: 1,
      disk: { flushMs: 5, failing: 0 },
      phases: [templateUnknown],
      calls: [{ atMs: 2, deliverInMs: 40_000, timeoutMs: 2500, ...once }],
      crashes: [{ kind: 'at', atMs: 48, downMs: 2000 }],
    },
  ],
  [
    'nor where the disk does not take the end',
    {
      seed: 28,
      disk: { flushMs: 5, failing: 0.3 },
      phases: [templateUnknown],
      calls: [{ atMs: 2, deliverInMs: 40_000, timeoutMs: 2500, ...once }],
      crashes: [{ kind: 'at', atMs: 70, downMs: 2000 }],
    },
  ],
  [
    // The clock is set back as soon as that was told, and the process ends.
    'nor that its time has come',
    {
      disk: { flushMs: 3000, failing: 0 },
      calls: [
        { atMs: 0, deliverInMs: 2500, timeoutMs: 5000, ...once },
        { atMs: 0, key: 0, timeoutMs: 10_000, ...once },
      ],
      crashes: [{ kind: 'step', step: 13, downMs: 1 }],
      clockJumps: [{ atMs: 1644, byMs: -29_846 }],
    },
  ],
  [
    // Its repeat comes in the moment in which the first is known to have come to nothing.
    'a repeat is a message of its own once nothing was sent of the first',
    {
      seed: 8,
      channels: [
        { host: 0, account: 0 },
        { host: 0, account: 1 },
      ],
      onUnknownOutcome: 'resend',
      afterReconcile: 'fail',
      disk: { flushMs: 3000, failing: 0 },
      phases: [{ fromMs: 0, forMs: 9041, host: 0, percent: 100, manner: { kind: 'says-html', took: false } }],
      calls: [
        { atMs: 9040, key: 1, deliverInMs: 2500, timeoutMs: 500, ...once },
        { atMs: 15_794, key: 1, timeoutMs: 1000, ...once },
        { atMs: 1844, key: 0, timeoutMs: 5000, ...once },
        { atMs: 8119, deliverInMs: 2500, timeoutMs: 10_000, ...once },
      ],
      crashes: [{ kind: 'at', atMs: 0, downMs: 1 }],
      clockJumps: [{ atMs: 8119, byMs: -1001 }],
    },
  ],
  [
    // The first attempt turns out never to have been written in the moment in which its repeat's is written down.
    'an attempt that a repeat has written down is not forgotten over the end of the first',
    {
      seed: 2_142_240_758,
      channels: [
        { host: 1, account: 0 },
        { host: 0, account: 0 },
      ],
      policy: 'weighted-random',
      onUnknownOutcome: 'resend',
      probed: true,
      disk: { flushMs: 3000, failing: 0 },
      phases: [{ fromMs: 3, forMs: 6185, host: 1, percent: 30, manner: { kind: 'loses-request' } }],
      calls: [
        { atMs: 7110, key: 1, timeoutMs: 2500, repeats: 1, pauseMs: 1 },
        { atMs: 0, key: 0, timeoutMs: 5000, ...once },
        { atMs: 4849, deliverInMs: 90_000, timeoutMs: 1000, repeats: 1, pauseMs: 50 },
        { atMs: 6187, key: 1, deliverInMs: 40_000, timeoutMs: 500, ...once },
      ],
      crashes: [{ kind: 'step', step: 41, downMs: 1 }],
      drains: [{ atMs: 5907, channel: 1 }],
    },
  ],
  [
    // The end of the first is still being written to a slow disk.
    'a repeat that sends again is answered in time',
    {
      seed: 276_324_576,
      onUnknownOutcome: 'resend',
      disk: { flushMs: 3000, failing: 0 },
      calls: [
        { atMs: 11_789, deliverInMs: 2500, timeoutMs: 100, ...once },
        { atMs: 6905, key: 0, timeoutMs: 1000, repeats: 3, pauseMs: 3000 },
      ],
      crashes: [
        { kind: 'at', atMs: 0, downMs: 1 },
        { kind: 'at', atMs: 14_305, downMs: 100 },
      ],
    },
  ],
  [
    // The journal takes so long over an attempt that the plan takes it for unanswered, and refuses it then.
    'a number does not count a message whose attempt the journal refused',
    {
      channels: [
        { host: 0, account: 0 },
        { host: 0, account: 0 },
      ],
      disk: { flushMs: 3000, failing: 0.3 },
      limits: { channels: [], numbers: { windowMs: 5000, max: 1 } },
      seed: 692_469_940,
      calls: [
        { atMs: 0, key: 0, timeoutMs: 10_000, ...once },
        { atMs: 3859, timeoutMs: 100, repeats: 1, pauseMs: 50 },
      ],
    },
  ],
  [
    // A request is written in the very moment in which its process ends.
    'each process counts its channels’ rates for itself',
    {
      seed: 401_494_431,
      channels: [
        { host: 0, account: 0 },
        { host: 0, account: 0 },
      ],
      policy: 'weighted-random',
      disk: { flushMs: 400, failing: 0 },
      limits: { channels: [{}, { rate: { perSecond: 0.1, burst: 1 } }] },
      calls: [
        { atMs: 0, key: 1, timeoutMs: 10_000, ...once },
        { atMs: 8, deliverInMs: 2500, timeoutMs: 10_000, repeats: 1, pauseMs: 1 },
        { atMs: 0, key: 0, timeoutMs: 1000, ...once },
      ],
      crashes: [{ kind: 'step', step: 9, downMs: 1 }],
    },
  ],
];

it.each(kept)('%s', async (_promise, how) => {
  expect(findViolations(await runHistory({ ...quiet, ...how }))).toEqual([]);
});
