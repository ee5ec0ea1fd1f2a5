import type { MessageSearchEnd } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';
import type { JournalledSender } from './journalled-sender.ts';

const message = messageTo('13800138000', { outId: 'o-1' });
const keyed = { idempotencyKey: 'k' };

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
  fixture.behind.rule = { onUnknownOutcome: 'resend', afterReconcile: 'resend', afterInconclusive: 'fail' };
});
afterEach(() => fixture.end());

/** A promise, and what resolves it. */
function gate<T = void>() {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (open = resolve));
  return { promise, open };
}

function endsAs(kind: 'accepted' | 'no-channel', id: string): SendResult {
  const facts = { id, revision: 3, route: 'default', attempts: [] };
  return kind === 'accepted'
    ? { ...facts, kind, channel: 'one', bizId: 'b-late' }
    : { ...facts, kind, reason: 'nobody took it', retryAfterMs: 1000 };
}

/** Sends a message whose outcome is unknown, and gives what tells its end later. */
async function sendUnknown(sender: JournalledSender, options: object = keyed) {
  const end = gate<SendResult>();
  fixture.behind.end = end.promise;
  fixture.behind.script = ['unknown'];
  const told = await sender.send(message, options);
  expect(told.kind).toBe('unknown');
  await sender.settled();
  const { attempts } = fixture.behind;
  return {
    id: told.id,
    end: (kind: 'accepted' | 'no-channel') => {
      if (kind === 'no-channel') attempts?.absent();
      end.open(endsAs(kind, told.id));
    },
  };
}

/** Begins to send the same again, as far as before its attempt is written down. */
async function repeatSlowly(sender: JournalledSender, options: object = keyed) {
  const connected = gate();
  fixture.behind.connecting = connected.promise;
  const { sends } = fixture.behind;
  const told = sender.send(message, options);
  await expect.poll(() => fixture.behind.sends).toBe(sends + 1);
  return { told, connected: connected.open };
}

function stands(name = fixture.name('k')) {
  return fixture.stock.get(name)?.entry;
}

describe('a repeat that sends again what may have been sent', () => {
  it('sends nothing where the first proves accepted before its attempt', async () => {
    const sender = await fixture.open();
    const first = await sendUnknown(sender);
    const repeat = await repeatSlowly(sender);
    first.end('accepted');
    await expect.poll(() => stands()?.state).toBe('done');
    repeat.connected();
    expect(await repeat.told).toMatchObject({ kind: 'accepted', bizId: 'b-late' });
    expect(fixture.behind.texts).toHaveLength(1);
    expect(await sender.send(message, keyed)).toMatchObject({
      kind: 'accepted',
      bizId: 'b-late',
      replayed: true,
    });
  });

  it('sends nothing where the first waits for its time by then, and leaves it waiting', async () => {
    const options = { ...keyed, deliverBy: Date.now() + 60_000 };
    const sender = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    const first = await sendUnknown(sender, options);
    const repeat = await repeatSlowly(sender, options);
    first.end('no-channel');
    await expect.poll(() => stands()?.state).toBe('open');
    repeat.connected();
    expect(await repeat.told).toMatchObject({ kind: 'pending', id: first.id });
    expect(stands()).toMatchObject({ state: 'open', attempts: [{ result: { absent: true } }] });
    expect(fixture.behind.texts).toHaveLength(1);
  });

  it('is sent where the first proves unsent before its attempt', async () => {
    const sender = await fixture.open();
    const first = await sendUnknown(sender);
    const repeat = await repeatSlowly(sender);
    first.end('no-channel');
    await expect.poll(() => stands()).toBeUndefined();
    repeat.connected();
    expect((await repeat.told).kind).toBe('accepted');
    expect(await sender.send(message, keyed)).toMatchObject({ kind: 'accepted', replayed: true });
    expect(fixture.behind.texts).toHaveLength(2);
  });

  it('opens the first attempt again where the provider’s limit comes late, whatever was proven of that', async () => {
    fixture.behind.rule = {
      onUnknownOutcome: 'reconcile',
      afterReconcile: 'resend',
      afterInconclusive: 'fail',
    };
    fixture.searched = Promise.resolve({ kind: 'absent' });
    const sender = await fixture.open();
    fixture.behind.script = ['unknown', 'unknown'];
    await sender.send(message, keyed);
    await sender.settled();
    const again = await sender.send(message, keyed);
    await sender.settled();
    expect(stands()).toMatchObject({ state: 'held', attempts: [{ result: { absent: true } }, {}] });
    const { id } = again;
    fixture.behind.onLate?.({ kind: 'number-limited', id, revision: 3, attempts: [], retryAfterMs: 1 });
    await expect.poll(() => stands()).not.toMatchObject({ attempts: [{ result: { absent: true } }, {}] });
    expect(stands()).toMatchObject({ state: 'held', attempts: [{ result: { class: 'unknown' } }, {}] });
  });

  it('is not told of as unsent where only its own attempt is known to be', async () => {
    const sender = await fixture.open();
    await sendUnknown(sender);
    const late: SendResult[] = [];
    fixture.behind.script = ['unknown'];
    fixture.behind.end = undefined;
    const again = await sender.send(message, { ...keyed, onLate: (end) => late.push(end) });
    fixture.behind.attempts?.absent();
    fixture.behind.onLate?.(endsAs('no-channel', again.id));
    await expect.poll(() => late).toMatchObject([{ kind: 'unknown', id: again.id }]);
  });

  it('is not told of as unsent where the first proves unsent after it was accepted', async () => {
    const sender = await fixture.open();
    const late: SendResult[] = [];
    fixture.behind.script = ['unknown'];
    const first = await sender.send(message, { ...keyed, onLate: (end) => late.push(end) });
    const { attempts, onLate } = fixture.behind;
    await sender.settled();
    expect(await sender.send(message, keyed)).toMatchObject({ kind: 'accepted', id: first.id });
    attempts?.absent();
    onLate?.(endsAs('no-channel', first.id));
    await expect.poll(() => late).toMatchObject([{ kind: 'accepted', id: first.id }]);
  });
});

describe('a search after a restart', () => {
  it('takes nothing out that a repeat has written since it began', async () => {
    const before = await fixture.open();
    await sendUnknown(before);
    await fixture.crash();
    const search = gate<MessageSearchEnd>();
    fixture.searched = search.promise;
    const sender = await fixture.open();
    const repeat = await repeatSlowly(sender);
    const recovered = sender.recover();
    repeat.connected();
    expect((await repeat.told).kind).toBe('accepted');
    search.open({ kind: 'absent' });
    await recovered;
    expect(await sender.send(message, keyed)).toMatchObject({ kind: 'accepted', replayed: true });
    expect(fixture.behind.texts).toHaveLength(2);
  });
});

it('a message whose name has gone to a later one leaves that alone', async () => {
  fixture.route = { dedupeMs: 1000, onUnknownOutcome: 'resend' };
  const sender = await fixture.open();
  const first = await sendUnknown(sender, {});
  expect((await sender.send(message, {})).kind).toBe('accepted');
  await sender.settled();
  const name = fixture.nameAlike(message);
  fixture.wallTime = () => Date.now() + 2000;
  const answered = gate();
  fixture.behind.gate = answered.promise;
  const later = sender.send(message, {});
  await expect.poll(() => stands(name)).toMatchObject({ state: 'open', attempts: [{ channel: 'one' }] });
  const { id, attempts } = stands(name) as { id: string; attempts: readonly object[] };
  expect(id).not.toBe(first.id);
  first.end('no-channel');
  await sender.recover();
  await expect.poll(() => fixture.stock.find(first.id)?.entry.state).not.toBe('open');
  expect(stands(name)).toMatchObject({ id, attempts });
  answered.open();
  expect((await later).kind).toBe('accepted');
});
