import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MessageSender } from '../http/message-sender.ts';
import type { SendResult } from '../send/send-result.ts';
import { messageTo, realClock, silentLog } from '../testing/send-fixture.ts';
import { Journal } from './journal.ts';
import { JournalledSender } from './journalled-sender.ts';

const start = {
  candidate: { channel: 'one', host: 'one:443', account: 'main', credential: 'main' },
  revision: 1,
  route: 'default',
  unique: true,
  templateCode: 'SMS_1',
  rule: { onUnknownOutcome: 'reconcile', afterReconcile: 'resend', afterInconclusive: 'fail' },
  lastsMs: 5000,
} as const;

let dataDir: string;
const opened: Journal[] = [];
let bizId: string | undefined;

/** Takes every message, with the BizId that is set. */
const behind: MessageSender = {
  send: async (_message, { id = 'none', attempts }): Promise<SendResult> => {
    await attempts?.starting({ ...start, outId: id });
    const facts = { id, revision: 1, route: 'default', attempts: [], channel: 'one' };
    return { ...facts, kind: 'accepted', ...(bizId !== undefined && { bizId }) };
  },
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-find-sent-'));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(wallTime = () => Date.now(), retentionMs = 3_600_000): Promise<JournalledSender> {
  const clock = { ...realClock, wallTime };
  const journal = new Journal(
    { clock, log: silentLog },
    { dataDir, maxBytes: 1_000_000, retentionMs, reopenMs: 0 },
  );
  await journal.start();
  opened.push(journal);
  return new JournalledSender({ sender: behind, journal, clock, strategy: () => undefined });
}

it('a keyed message is found by its BizId, through a restart, until it is forgotten', async () => {
  const sender = await open();
  bizId = '9001^0';
  const { id } = await sender.send(messageTo('13800138000'), { idempotencyKey: 'k-1' });
  bizId = undefined;
  const gateway = await sender.send(messageTo('13900139000'), { idempotencyKey: 'k-2' });
  await sender.settled();
  const found = { id, channel: 'one', numbers: ['138****8000'] };
  expect(await sender.findSent('9001^0')).toEqual(found);
  expect(await sender.findSent(`ws-${gateway.id}`)).toMatchObject({ numbers: ['139****9000'] });
  // What Aliyun took is in its own records, whatever name is given.
  for (const other of [`ws-${id}`, '9002^0', id, '']) expect(await sender.findSent(other)).toBeUndefined();
  await opened.splice(0)[0]?.stop();

  const again = await open();
  expect(await again.findSent('9001^0')).toEqual(found);
  await opened.splice(0)[0]?.stop();

  const later = await open(() => Date.now() + 7_200_000);
  await expect.poll(() => later.findSent('9001^0'), { timeout: 15_000 }).toBeUndefined();
});
