import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessageSearchEnd } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

const patience = { timeout: 20_000 };
const minute = 60_000;
const message = messageTo('13800138000', { outId: 'o-1' });

let fixture: JournalFixture;
let ahead: number;
let tell: (end: MessageSearchEnd) => void;
beforeEach(() => {
  fixture = new JournalFixture();
  fixture.behind.rule = {
    onUnknownOutcome: 'reconcile',
    afterReconcile: 'resend',
    afterInconclusive: 'fail',
  };
  ahead = 0;
  fixture.wallTime = () => Date.now() + ahead;
});
afterEach(() => fixture.end());

/** A message that a killed process left with its first attempt under way; another one searches for it. */
async function leftOpen() {
  const options = { idempotencyKey: 'k', deliverBy: fixture.wallTime() + 30 * minute };
  const before = await fixture.open();
  fixture.behind.script = ['never'];
  void before.send(message, options);
  await expect.poll(() => fixture.behind.script.length, patience).toBe(0);
  fixture.searched = new Promise((resolve) => (tell = resolve));
  await fixture.crash();
  const sender = await fixture.open();
  return { sender, options, recovered: sender.recover() };
}

/** A repeat that has found its message, which is being searched for. */
async function asked(result: Promise<SendResult>) {
  await fixture.journal.opened();
  await nextTurn();
  return { result };
}

describe('a held message with a time to be delivered by', () => {
  it('that is proven unsent waits again and goes out once, and whoever repeats it is told so', async () => {
    fixture.pace = { perSecond: 1000, room: false };
    const { sender, options, recovered } = await leftOpen();
    const repeat = await asked(sender.send(message, options));
    tell({ kind: 'absent' });
    await recovered;
    const told = await repeat.result;
    expect(told).toMatchObject({ kind: 'pending', attempts: [{ channel: 'one', outcome: 'unknown' }] });
    expect(await sender.send(message, options)).toMatchObject({ kind: 'pending', id: told.id });
    expect(fixture.deliveries.state.waiting).toBe(1);
    expect(fixture.behind.texts).toEqual([]);
    fixture.pace = { perSecond: 1000, room: true };
    await expect.poll(async () => (await sender.find(told.id))?.kind, patience).toBe('accepted');
    expect(await sender.send(message, options)).toMatchObject({ id: told.id, replayed: true });
    await expect.poll(() => fixture.deliveries.state, patience).toEqual({ waiting: 0, sent: 1, expired: 0 });
    expect([fixture.behind.sends, fixture.behind.texts]).toEqual([2, ['o-1']]);
  });

  it('that is proven unsent waits through a further crash as well', async () => {
    fixture.pace = { perSecond: 1000, room: false };
    const { recovered } = await leftOpen();
    tell({ kind: 'absent' });
    await recovered;
    await fixture.crash();
    fixture.pace = { perSecond: 1000, room: true };
    await fixture.open();
    await expect.poll(() => fixture.deliveries.state.sent, patience).toBe(1);
    expect(fixture.behind.texts).toEqual(['o-1']);
  });

  it.each<[string, MessageSearchEnd, string]>([
    ['was sent after all', { kind: 'found', channel: 'one' }, 'accepted'],
    ['nobody can tell of', { kind: 'inconclusive', reason: 'nobody can be asked' }, 'unknown'],
  ])('that %s does not', async (_name, end, kind) => {
    const { sender, recovered, options } = await leftOpen();
    tell(end);
    await recovered;
    expect(await sender.send(message, options)).toMatchObject({ kind });
    expect([fixture.deliveries.state.waiting, fixture.behind.sends]).toEqual([0, 1]);
  });

  it('does not where its route wants no more', async () => {
    fixture.behind.rule = { ...fixture.behind.rule, afterReconcile: 'fail' };
    const { sender, options, recovered } = await leftOpen();
    const repeat = await asked(sender.send(message, options));
    tell({ kind: 'absent' });
    await recovered;
    expect(await repeat.result).toMatchObject({ kind: 'no-channel', attempts: [{ searched: 'absent' }] });
    expect([fixture.deliveries.state.waiting, fixture.behind.sends]).toEqual([0, 1]);
  });

  it('does not once its time has passed', async () => {
    const { sender, recovered } = await leftOpen();
    ahead = 31 * minute;
    tell({ kind: 'absent' });
    await recovered;
    expect(fixture.journal.state).toMatchObject({ unfinished: 0, done: 1 });
    expect([fixture.deliveries.state.waiting, fixture.behind.sends]).toEqual([0, 1]);
    await sender.settled();
  });
});
