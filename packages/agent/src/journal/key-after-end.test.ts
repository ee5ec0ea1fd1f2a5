import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeClasses } from '@waystation/core';
import type { Message, OutcomeClass, StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { FaultSpecInput, Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendOptions } from '../http/message-sender.ts';
import { problemTable } from '../http/problem-table.ts';
import { sendAnswer } from '../http/send-answer.ts';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, realClock, silentLog, snapshotOf } from '../testing/send-fixture.ts';
import { Journal } from './journal.ts';
import { JournalledSender } from './journalled-sender.ts';

const message = messageTo('13800138000', { outId: 'one' });
const other = messageTo('13900139000', { outId: 'other' });
const filler = messageTo('13800138000', { outId: 'filler' });

let dataDir: string;
let simulator: Simulator;
let journal: Journal;
let sending: SendSide | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-keys-'));
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} } } });
  journal = new Journal(
    { clock: realClock, log: silentLog },
    { dataDir, maxBytes: 1_000_000, retentionMs: 3_600_000 },
  );
  await journal.start();
  await journal.opened();
});
afterEach(async () => {
  await sending?.stop(0);
  sending = undefined;
  await journal.stop();
  await simulator.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

/** One text, and the next after more time than any test takes. */
const once = { perSecond: 0.01, burst: 1 } as const;

/** What every region says. */
const says = (code: string): readonly FaultSpecInput[] => [{ kind: 'code', code, region: '*' }];

interface End {
  readonly end: string;
  readonly faults?: readonly FaultSpecInput[];
  readonly limits?: StrategyInput['limits'];
  /** Messages that use up the limits before this one comes. */
  readonly before?: number;
  readonly timeoutMs?: number;
  readonly status: number;
  readonly code: string;
  /** The classes that its attempts ended in. */
  readonly outcomes: readonly OutcomeClass[];
  /** Texts that reach the phone, told or not. Default 0. */
  readonly texts?: number;
  readonly key: 'replays' | 'is free' | 'is held';
}

const nobody = { status: 503, code: 'SEND_NO_CHANNEL', key: 'is free' } as const;
const refused = { status: 422, code: 'SEND_REJECTED', key: 'replays' } as const;
const unknown = { status: 504, code: 'SEND_OUTCOME_UNKNOWN', key: 'is held' } as const;
const limited = { status: 429, outcomes: [], before: 1, key: 'is free' } as const;

/** Each end of `docs/reference/http.md` that a message with a key and without `deliverBy` may come to. */
const ends: readonly End[] = [
  { end: 'accepted', status: 200, code: 'OK', outcomes: ['accepted'], texts: 1, key: 'replays' },
  { end: 'rejected', faults: says('isv.MOBILE_NUMBER_ILLEGAL'), ...refused, outcomes: ['rejected'] },
  {
    end: 'unprovisioned in every account',
    faults: says('isv.SMS_SIGNATURE_ILLEGAL'),
    ...{ ...refused, outcomes: ['unprovisioned'] },
  },
  {
    end: 'unprovisioned in the one account that could be reached',
    faults: [
      { kind: 'code', code: 'isv.SMS_SIGNATURE_ILLEGAL', region: 'a' },
      { kind: 'refuse', region: 'b' },
    ],
    ...{ ...nobody, outcomes: ['unprovisioned', 'unavailable'] },
  },
  {
    end: 'no account can pay',
    faults: says('isv.AMOUNT_NOT_ENOUGH'),
    ...{ ...nobody, outcomes: ['account'] },
  },
  {
    end: 'misconfigured',
    faults: says('SignatureDoesNotMatch'),
    ...{ ...nobody, outcomes: ['misconfigured'] },
  },
  {
    end: 'throttled',
    faults: [{ kind: 'throttle', region: '*', retryAfterMs: 60_000 }],
    ...{ ...nobody, outcomes: ['throttled'] },
  },
  {
    end: 'nobody can be reached',
    faults: [{ kind: 'refuse', region: '*' }],
    ...{ ...nobody, outcomes: ['unavailable'] },
  },
  {
    end: 'the provider allows no more texts to the number',
    faults: says('isv.BUSINESS_LIMIT_CONTROL'),
    ...{ ...limited, code: 'SEND_NUMBER_LIMITED', outcomes: ['limited'], before: 0 },
  },
  {
    end: 'the strategy allows no more texts to the number',
    limits: { numbers: { kind: 'windows', windows: [{ windowMs: 3_600_000, max: 1 }] } },
    ...{ ...limited, code: 'SEND_NUMBER_LIMITED' },
  },
  { end: 'its route is over its limit', limits: { routes: { all: once } }, ...limited, code: 'SEND_LIMITED' },
  {
    end: 'every channel is over its limit',
    limits: { channels: { a: once, b: once } },
    ...{ ...limited, code: 'SEND_LIMITED', before: 2 },
  },
  {
    end: 'the deadline comes before anything is written',
    // Less than an attempt needs.
    timeoutMs: 100,
    ...{ status: 503, code: 'SEND_DEADLINE', outcomes: [], key: 'is free' },
  },
  {
    end: 'unknown, and taken',
    faults: [{ kind: 'reset', region: '*', accepted: true }],
    ...{ ...unknown, outcomes: ['unknown'], texts: 1 },
  },
  {
    end: 'unknown, and not taken',
    faults: [{ kind: 'reset', region: '*' }],
    ...{ ...unknown, outcomes: ['unknown'] },
  },
];

/** What the journal has after two of them. */
const kept = {
  'is free': { unfinished: 0, done: 0, bytes: 0 },
  'is held': { unfinished: 2, done: 0 },
  replays: { unfinished: 0, done: 2 },
} as const;

/** Before the journal is asked, of a repeat, and with `deliverBy`: no end of a message like these. */
const elsewhere = [
  'SEND_IN_PROGRESS',
  'SEND_NO_STRATEGY',
  'SEND_NO_JOURNAL',
  'SEND_OVERLOADED',
  'SEND_EXPIRED',
];

/** What sends by the journal, anew: nothing is blocked, and nothing of a limit is used up. */
async function senderUnder(limits?: StrategyInput['limits']): Promise<JournalledSender> {
  await sending?.stop(0);
  const region = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;
  const { a = '', b = '' } = simulator.regions;
  const snapshot = snapshotOf({
    schemaVersion: 1,
    channels: {
      a: { ...region, endpoint: a, credential: 'main' },
      b: { ...region, endpoint: b, credential: 'second' },
    },
    routes: [
      { name: 'all', policy: { kind: 'primary-backup', order: ['a', 'b'] }, onUnknownOutcome: 'fail' },
    ],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
    ...(limits !== undefined && { limits }),
  });
  const opened = await openTestSending();
  sending = opened;
  expect(opened.apply(snapshot)).toMatchObject({ applied: true });
  return new JournalledSender({
    sender: opened,
    journal,
    clock: realClock,
    strategy: () => snapshot.strategy,
  });
}

/** What a caller is told. */
async function tell(by: JournalledSender, what: Message, options: SendOptions) {
  const result = await by.send(what, options);
  await by.settled();
  const { status, body } = sendAnswer(result);
  const { code, retryable } = JSON.parse(body) as { readonly code: string; readonly retryable?: boolean };
  // How often one host was tried is not told here.
  const outcomes = [...new Set(result.attempts.map(({ outcome }) => outcome))];
  return { status, code, retryable, outcomes, id: result.id, replayed: result.replayed === true };
}

/** Texts of the message that have reached its phone. */
const textsOf = ({ outId }: Message): number =>
  simulator.texts().filter((text) => text.outId === outId).length;

describe('a message with a key', () => {
  it.each(ends.map((one) => [one.end, one.key, one] as const))(
    '%s: the key %s',
    async (_end, _key, { faults = [], limits, before = 0, texts = 0, ...end }) => {
      const keys = ['same', 'other'] as const;
      const { status, code, outcomes } = end;
      const told = { status, code, outcomes };
      for (const fault of faults) await simulator.setFault(fault);
      const ids = [];
      for (const idempotencyKey of keys) {
        const sender = await senderUnder(limits);
        for (let at = 0; at < before; at += 1) expect((await sender.send(filler, {})).kind).toBe('accepted');
        const { timeoutMs } = end;
        const first = await tell(sender, message, {
          idempotencyKey,
          ...(timeoutMs !== undefined && { timeoutMs }),
        });
        expect(first).toMatchObject(told);
        expect(first.retryable).toBe(end.code === 'OK' ? undefined : end.key === 'is free');
        ids.push(first.id);
      }
      expect(textsOf(message)).toBe(texts * keys.length);
      expect(journal.state).toMatchObject(kept[end.key]);
      await simulator.clearFaults();

      const sender = await senderUnder();
      const [same, another] = [
        await tell(sender, message, { idempotencyKey: keys[0] }),
        await tell(sender, other, { idempotencyKey: keys[1] }),
      ];
      const [id, otherId] = ids;
      if (end.key === 'is free') {
        expect(same).toMatchObject({ status: 200, code: 'OK', replayed: false });
        expect(another).toMatchObject({ status: 200, code: 'OK', replayed: false });
        expect([textsOf(message), textsOf(other)]).toEqual([1, 1]);
        // What was sent anew has the key now.
        expect(await tell(sender, message, { idempotencyKey: keys[0] })).toEqual({ ...same, replayed: true });
        expect(textsOf(message)).toBe(1);
      } else {
        expect(same).toMatchObject({ ...told, id, replayed: end.key === 'replays' });
        expect(another).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED', id: otherId });
        expect([textsOf(message), textsOf(other)]).toEqual([texts * keys.length, 0]);
      }
    },
  );

  it('may end with every class of outcome, and with every code that a sender gives', () => {
    const classes = new Set(ends.flatMap(({ outcomes }) => outcomes));
    expect(outcomeClasses.filter((one) => !classes.has(one))).toEqual([]);
    const codes = new Set<string>(ends.map(({ code }) => code));
    const sends = Object.keys(problemTable).filter((code) => code.startsWith('SEND_'));
    expect(sends.filter((code) => !codes.has(code))).toEqual(elsewhere);
  });
});
