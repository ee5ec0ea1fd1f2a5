import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeOf, parseStrategy } from '@waystation/core';
import type { Message, MessageSearchEnd, OutcomeClass } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { PastMessage, PastSearch, RunningPastSearch } from '../reconcile/past-search.ts';
import type { UnknownRule } from '../send/attempt-log.ts';
import type { SendResult } from '../send/send-result.ts';
import { messageTo, realClock, silentLog } from '../testing/send-fixture.ts';
import { Journal } from './journal.ts';
import { JournalledSender } from './journalled-sender.ts';

const candidate = { channel: 'one', host: 'one:443', account: 'main', credential: 'main' };
const patience = { timeout: 15_000 };

/** Makes one attempt a message, ended as the script says; `never` leaves it open. */
class OneAttemptSender implements MessageSender {
  writes: string[] = [];
  script: (OutcomeClass | 'never' | 'no-channel')[] = [];
  /** What the next unknown message comes to later. */
  late: Promise<SendResult> | undefined;

  async send(message: Message, options: SendOptions): Promise<SendResult> {
    const { id = 'none', attempts, onLate, onOpen } = options;
    const what = this.script.shift() ?? 'accepted';
    const facts = { id, revision: 3, route: 'default' };
    const nobody = { kind: 'no-channel' as const, reason: 'nobody is there', retryAfterMs: 1000 };
    if (what === 'no-channel') return { ...facts, ...nobody, attempts: [] };
    await attempts?.starting({
      ...{ candidate, outId: message.outId ?? id, unique: message.outId === undefined },
      ...{ templateCode: 'as mapped', revision: 3, route: 'default', rule, lastsMs: 5000 },
    });
    this.writes.push(id);
    if (what === 'never') return new Promise(() => undefined);
    attempts?.ended(outcomeOf(what, { reason: 'told so', written: true }));
    const result = { ...facts, attempts: [{ channel: 'one', outcome: what, ms: 1 }] };
    if (what === 'accepted') return { ...result, kind: 'accepted', channel: 'one' };
    if (what === 'limited') return { ...result, kind: 'number-limited', retryAfterMs: 1000 };
    if (this.late !== undefined) {
      const late = this.late.then((end) => {
        if (end.kind === 'no-channel') attempts?.absent();
        return { ...end, id };
      });
      this.late = undefined;
      onOpen?.(late);
      void late.then((end) => onLate?.(end));
    }
    return { ...result, kind: 'unknown', reason: 'it may have been sent' };
  }
}

/** A search whose end a test tells. */
class ToldSearch implements PastSearch {
  readonly asked: PastMessage[] = [];
  readonly #open: ((end: MessageSearchEnd) => void)[] = [];
  /** Ends every search at once. */
  always: MessageSearchEnd | undefined;

  search(past: PastMessage): RunningPastSearch {
    this.asked.push(past);
    let tell: (end: MessageSearchEnd) => void = () => undefined;
    const end = new Promise<MessageSearchEnd>((resolve) => (tell = resolve));
    if (this.always !== undefined) tell(this.always);
    this.#open.push(tell);
    return {
      end,
      stop: () => {
        tell({ kind: 'inconclusive', reason: 'it was given up' });
      },
    };
  }

  tell(end: MessageSearchEnd): void {
    for (const tell of this.#open.splice(0)) tell(end);
  }
}

const found = { kind: 'found', channel: 'one' } as const;
const absent = { kind: 'absent' } as const;
const inconclusive = { kind: 'inconclusive', reason: 'nobody can be asked' } as const;
const byDefault = {
  onUnknownOutcome: 'reconcile',
  afterReconcile: 'resend',
  afterInconclusive: 'fail',
} as const;

let rule: UnknownRule = byDefault;
let dataDir: string;
let folders: string[] = [];
let opened: Journal[] = [];
let behind: OneAttemptSender;
let past: ToldSearch;
let hasStrategy: boolean;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-held-'));
  folders = [dataDir];
  behind = new OneAttemptSender();
  past = new ToldSearch();
  rule = byDefault;
  hasStrategy = true;
});
afterEach(async () => {
  for (const journal of opened) await journal.stop();
  opened = [];
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const bootClock: BootClock = { boot: 'this boot', now: () => Math.round(realClock.now()) };

async function open() {
  const journal = new Journal(
    { clock: realClock, log: silentLog },
    { dataDir, maxBytes: 1_000_000, retentionMs: 3_600_000, reopenMs: 0 },
  );
  await journal.start();
  opened.push(journal);
  const parsed = parseStrategy({
    schemaVersion: 1,
    channels: { one: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
    routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['one'] } }],
  });
  const strategy = () => (hasStrategy && parsed.ok ? parsed.strategy : undefined);
  const sender = new JournalledSender({
    ...{ sender: behind, journal, clock: realClock, strategy, bootClock },
    past: () => past,
  });
  return { journal, sender };
}

const message = messageTo('13800138000');
const key = (timeoutMs = 15_000): SendOptions => ({ idempotencyKey: 'a', timeoutMs });

/** A key that is held as unknown, with nothing under way. */
async function held() {
  const { sender, journal } = await open();
  behind.script = ['unknown'];
  const unknown = await sender.send(message, key());
  expect(unknown.kind).toBe('unknown');
  await sender.settled();
  return { sender, journal, unknown };
}

/** A journal as a killed process leaves it while an attempt is under way. */
async function crashed() {
  const { sender } = await open();
  behind.script = ['never'];
  void sender.send(message, key());
  await expect.poll(() => behind.writes.length, patience).toBe(1);
  const copy = await mkdtemp(join(tmpdir(), 'ws-held-'));
  folders.push(copy);
  await cp(join(dataDir, 'journal'), join(copy, 'journal'), { recursive: true });
  dataDir = copy;
  return open();
}

describe('the repeat of a held key', () => {
  it('is accepted where the provider has it, and replays from then on', async () => {
    const { sender, unknown } = await held();
    past.always = found;
    const repeat = await sender.send(message, key());
    expect(repeat).toMatchObject({
      ...{ kind: 'accepted', channel: 'one', id: unknown.id, replayed: true },
      attempts: [{ outcome: 'unknown', searched: 'found' }],
    });
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted', replayed: true });
    expect(await sender.find(unknown.id)).toMatchObject({ kind: 'accepted' });
    expect([behind.writes.length, past.asked.length]).toEqual([1, 1]);
    await sender.settled();
  });

  it('goes out once more under its id where the provider proves that it has it not', async () => {
    const { sender, unknown } = await held();
    past.always = absent;
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted', id: unknown.id });
    expect(behind.writes).toEqual([unknown.id, unknown.id]);
    await sender.settled();
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted', replayed: true });
    await sender.settled();
  });

  it('is told that nothing was sent where the route does not resend, and the key is free', async () => {
    rule = { ...byDefault, afterReconcile: 'fail' };
    const { sender, journal, unknown } = await held();
    past.always = absent;
    expect(await sender.send(message, key())).toMatchObject({ kind: 'no-channel', id: unknown.id });
    expect(journal.state.unfinished).toBe(0);
    expect(await sender.find(unknown.id)).toMatchObject({ kind: 'no-channel' });
    const next = await sender.send(message, key());
    expect(next.kind).toBe('accepted');
    expect(next.id).not.toBe(unknown.id);
    await sender.settled();
  });

  it.each([
    ['fail', 'unknown', 1],
    ['resend', 'accepted', 2],
  ] as const)(
    'follows afterInconclusive %s where nobody can tell',
    async (afterInconclusive, kind, writes) => {
      rule = { ...byDefault, afterInconclusive };
      const { sender } = await held();
      past.always = inconclusive;
      expect((await sender.send(message, key())).kind).toBe(kind);
      expect(behind.writes).toHaveLength(writes);
      await sender.settled();
    },
  );

  it('is told unknown at its own deadline; the search goes on, and others wait for the same one', async () => {
    const { sender } = await held();
    expect((await sender.send(message, key(50))).kind).toBe('unknown');
    const waiting = sender.send(message, key());
    past.tell(found);
    expect(await waiting).toMatchObject({ kind: 'accepted', replayed: true });
    expect([behind.writes.length, past.asked.length]).toEqual([1, 1]);
    await sender.settled();
  });

  it('is never told that nothing was sent while the first is in doubt', async () => {
    rule = { ...byDefault, afterInconclusive: 'resend' };
    const { sender } = await held();
    past.always = { kind: 'inconclusive', reason: 'the agent is stopping' };
    for (const what of ['no-channel', 'limited', 'throttled'] as const) {
      behind.script = [what];
      expect((await sender.send(message, key())).kind).toBe('unknown');
      await sender.settled();
    }
  });

  it('stays in doubt where its second sending meets a limit that may come of the first', async () => {
    const { sender } = await held();
    past.always = absent;
    behind.script = ['limited'];
    expect((await sender.send(message, key())).kind).toBe('unknown');
    await sender.settled();
    past.always = found;
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted' });
    expect(behind.writes).toHaveLength(2);
    expect(past.asked[1]?.attempts).toHaveLength(1);
    await sender.settled();
  });
});

describe('the search that goes on after the answer', () => {
  const end = { revision: 3, attempts: [], id: '' } as const;

  it('is waited for by a repeat, which begins none of its own', async () => {
    const { sender } = await open();
    let tell: (result: SendResult) => void = () => undefined;
    behind.late = new Promise((resolve) => (tell = resolve));
    behind.script = ['unknown'];
    const { id } = await sender.send(message, key());
    const waiting = sender.send(message, key());
    tell({ ...end, kind: 'accepted', channel: 'one' });
    expect(await waiting).toMatchObject({ kind: 'accepted', id, replayed: true });
    expect(past.asked).toEqual([]);
    expect(behind.writes).toHaveLength(1);
    await sender.settled();
  });

  it('frees the key where nothing was sent, and the repeat that waited goes out', async () => {
    const { sender } = await open();
    behind.late = Promise.resolve({ ...end, kind: 'no-channel', reason: 'no record', retryAfterMs: 1 });
    behind.script = ['unknown'];
    const { id } = await sender.send(message, key());
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted' });
    expect(behind.writes).toHaveLength(2);
    expect(behind.writes[0]).toBe(id);
    await sender.settled();
  });

  it('for a second sending says nothing of the first', async () => {
    rule = { ...byDefault, onUnknownOutcome: 'resend' };
    const { sender } = await held();
    behind.late = Promise.resolve({ ...end, kind: 'no-channel', reason: 'no record', retryAfterMs: 1 });
    behind.script = ['unknown', 'no-channel', 'no-channel'];
    expect((await sender.send(message, key())).kind).toBe('unknown');
    await sender.settled();
    expect((await sender.send(message, key())).kind).toBe('unknown');
    await sender.settled();
  });
});

describe('after a crash', () => {
  it('an attempt without result is searched for by itself; what was found is done', async () => {
    past.always = found;
    const { sender, journal } = await crashed();
    await sender.recover();
    expect(journal.state).toMatchObject({ unfinished: 0, done: 1 });
    expect(await sender.find(behind.writes[0] ?? '')).toMatchObject({ kind: 'accepted' });
    expect(past.asked).toMatchObject([
      {
        id: behind.writes[0],
        attempts: [
          {
            ...{ outId: behind.writes[0], unique: true, templateCode: 'as mapped', lastsMs: 5000 },
            ...{ candidate: { channel: 'one', host: 'one:443', account: 'main' } },
            started: { boot: 'this boot' },
          },
        ],
      },
    ]);
    expect(await sender.send(message, key())).toMatchObject({ kind: 'accepted', replayed: true });
    expect(behind.writes).toHaveLength(1);
    await sender.settled();
  });

  it('nothing is sent by itself, whatever the search says; the repeat waits for it', async () => {
    const { sender } = await crashed();
    const recovered = sender.recover();
    await expect.poll(() => past.asked.length, patience).toBe(1);
    const repeat = sender.send(message, key());
    // Now it waits: nothing but promises lies before that.
    await new Promise((resolve) => setImmediate(resolve));
    past.tell(absent);
    expect(await repeat).toMatchObject({ kind: 'accepted', id: behind.writes[0] });
    await recovered;
    expect(past.asked).toHaveLength(1);
    expect(behind.writes).toHaveLength(2);
    await sender.settled();
  });

  it('waits for a strategy, and leaves routes alone that do not want to ask', async () => {
    rule = { ...byDefault, onUnknownOutcome: 'fail' };
    const { sender } = await crashed();
    hasStrategy = false;
    await sender.recover();
    hasStrategy = true;
    await sender.recover();
    expect(past.asked).toEqual([]);
    expect((await sender.send(message, key())).kind).toBe('unknown');
    await sender.settled();
  });
});
