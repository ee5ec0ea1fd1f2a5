import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeOf, parseStrategy } from '@waystation/core';
import type { Message } from '@waystation/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import type { SendResult } from '../send/send-result.ts';
import { messageTo, realClock, silentLog } from '../testing/send-fixture.ts';
import { Journal } from './journal.ts';
import { JournalledSender } from './journalled-sender.ts';

const candidate = { channel: 'one', host: 'one:443', account: 'main', credential: 'main' };
const message = messageTo('13800138000');
const keyed: SendOptions = { idempotencyKey: 'a' };

/** Makes one attempt a message, which ends as it is told to. */
class OneAttempt implements MessageSender {
  ends: 'unknown' | 'accepted' = 'unknown';
  /** How to tell what the attempts came to after their messages were answered, oldest first. */
  readonly late: ((kind: 'accepted' | 'deadline') => void)[] = [];

  async send(_: Message, { id = 'none', attempts, onLate }: SendOptions): Promise<SendResult> {
    await attempts?.starting({
      candidate,
      ...{ outId: id, unique: true, templateCode: 't', revision: 3, route: 'default', lastsMs: 1000 },
      rule: { onUnknownOutcome: 'resend', afterReconcile: 'resend', afterInconclusive: 'fail' },
    });
    const facts = { id, revision: 3, route: 'default', attempts: [] };
    const reason = 'told so';
    this.late.push((kind) => {
      attempts?.ended(outcomeOf(kind === 'accepted' ? kind : 'unavailable', { reason, written: false }));
      onLate?.(kind === 'accepted' ? { ...facts, kind, channel: 'one' } : { ...facts, kind, reason });
    });
    return this.ends === 'unknown'
      ? { ...facts, kind: 'unknown', reason }
      : { ...facts, kind: 'accepted', channel: 'one' };
  }
}

let dataDir: string;
let behind: OneAttempt;
let opened: { journal: Journal; sender: JournalledSender } | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-late-'));
  behind = new OneAttempt();
});
afterEach(async () => {
  await close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open() {
  await close();
  const options = { dataDir, maxBytes: 1_000_000, retentionMs: 3_600_000 };
  const journal = new Journal({ clock: realClock, log: silentLog }, options);
  await journal.start();
  await journal.opened();
  const sender = new JournalledSender({ sender: behind, journal, clock: realClock, strategy });
  opened = { journal, sender };
  return opened;
}

async function close(): Promise<void> {
  await opened?.sender.settled();
  await opened?.journal.stop();
  opened = undefined;
}

function strategy() {
  const parsed = parseStrategy({
    schemaVersion: 1,
    channels: { one: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
    routes: [
      { name: 'default', policy: { kind: 'primary-backup', order: ['one'] }, onUnknownOutcome: 'resend' },
    ],
  });
  if (!parsed.ok) throw new Error('the strategy of this test is no strategy');
  return parsed.strategy;
}

it('a message that ends twice stands in the journal once', async () => {
  const { sender } = await open();
  expect((await sender.send(message, keyed)).kind).toBe('unknown');
  await sender.settled();
  behind.late[0]?.('accepted');
  const { journal } = await open();
  expect(journal.state).toMatchObject({ unfinished: 0, done: 1 });
});

it('what the first attempt came to later does not free a key that was sent again', async () => {
  const { sender } = await open();
  expect((await sender.send(message, keyed)).kind).toBe('unknown');
  await sender.settled();
  behind.ends = 'accepted';
  expect((await sender.send(message, keyed)).kind).toBe('accepted');
  await sender.settled();
  behind.late[0]?.('deadline');
  await sender.settled();
  expect(await sender.send(message, keyed)).toMatchObject({ kind: 'accepted', replayed: true });
  expect(behind.late).toHaveLength(2);
});
