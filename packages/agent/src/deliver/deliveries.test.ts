import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

const patience = { timeout: 20_000 };
const minute = 60_000;

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
});
afterEach(() => fixture.end());

const message = messageTo('13800138000', { outId: 'o-1' });
const within = (ms: number, more: object = {}) => ({ deliverBy: fixture.wallTime() + ms, ...more });

describe('a message with a time to be delivered by', () => {
  it('of which nothing was sent waits, and is sent as soon as somebody takes it', async () => {
    const sender = await fixture.open();
    fixture.behind.script = ['unavailable', 'throttled', 'account'];
    const told = await sender.send(message, within(minute));
    expect(told).toMatchObject({ kind: 'pending', attempts: [{ channel: 'one', outcome: 'unavailable' }] });
    expect(fixture.journal.state).toMatchObject({ unfinished: 1, done: 0 });
    expect(await sender.find(told.id)).toMatchObject({ kind: 'pending' });
    await expect.poll(async () => (await sender.find(told.id))?.kind, patience).toBe('accepted');
    expect(fixture.behind.texts).toEqual(['o-1']);
    await expect.poll(() => fixture.deliveries.state, patience).toEqual({ waiting: 0, sent: 1, expired: 0 });
  });

  it.each([
    ['accepted', 'accepted'],
    ['rejected', 'rejected'],
    ['limited', 'number-limited'],
    ['unknown', 'unknown'],
  ] as const)('that was %s is answered so and does not wait', async (outcome, kind) => {
    const sender = await fixture.open();
    fixture.behind.script = [outcome];
    expect(await sender.send(message, within(minute))).toMatchObject({ kind });
    await sender.settled();
    expect(fixture.deliveries.state.waiting).toBe(0);
    expect(fixture.behind.sends).toBe(1);
  });

  it.each([
    ['rejected', 'rejected'],
    ['limited', 'number-limited'],
    ['unknown', 'unknown'],
  ] as const)(
    'that is %s after it waited is not tried again, and its end can be asked for',
    async (end, kind) => {
      const sender = await fixture.open();
      fixture.behind.script = ['unavailable', end];
      const { id } = await sender.send(message, within(minute));
      await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe(kind);
      await expect.poll(() => fixture.deliveries.state.waiting, patience).toBe(0);
      expect(fixture.behind.sends).toBe(2);
    },
  );

  it('keeps its key: a repeat is told that it waits, and then how it ended', async () => {
    const sender = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const keyed = within(minute, { idempotencyKey: 'k' });
    const first = await sender.send(message, keyed);
    expect(await sender.send(message, keyed)).toMatchObject({ kind: 'pending', id: first.id });
    expect(await sender.send(messageTo('13900139000'), keyed)).toMatchObject({ kind: 'key-reused' });
    fixture.pace = { perSecond: 1000, room: true };
    await expect.poll(async () => (await sender.find(first.id))?.kind, patience).toBe('accepted');
    expect(await sender.send(message, keyed)).toMatchObject({
      kind: 'accepted',
      id: first.id,
      replayed: true,
    });
    expect(fixture.behind.texts).toHaveLength(1);
  });

  it('goes on waiting where a try of it is proven unsent, through a crash too', async () => {
    const sender = await fixture.open();
    fixture.behind.script = ['unavailable', 'absent'];
    const { id } = await sender.send(message, within(minute));
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
    expect([fixture.behind.sends, fixture.behind.texts]).toEqual([3, ['o-1']]);
    // Until the crash there is no room for a third.
    fixture.pace = {
      perSecond: 1000,
      get room() {
        return fixture.behind.sends < 5;
      },
    };
    fixture.behind.script = ['unavailable', 'absent'];
    const { id: other } = await sender.send(message, within(minute));
    await expect.poll(async () => (await sender.find(other))?.attempts.length, patience).toBe(2);
    await expect.poll(async () => (await sender.find(other))?.kind, patience).toBe('pending');
    await fixture.crash();
    fixture.pace = { perSecond: 1000, room: true };
    const after = await fixture.open();
    await expect.poll(async () => (await after.find(other))?.kind, patience).toBe('accepted');
    expect(fixture.behind.texts).toHaveLength(2);
  });

  it('goes on waiting where several tries of it are proven unsent, one after the other', async () => {
    const sender = await fixture.open();
    fixture.behind.script = ['unavailable', 'absent', 'absent'];
    const { id } = await sender.send(message, within(minute));
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
    expect([fixture.behind.sends, fixture.behind.texts]).toEqual([4, ['o-1']]);
  });

  it('is not said to be unsent while a try of it is under way', async () => {
    const sender = await fixture.open();
    fixture.behind.script = ['unavailable', 'accepted'];
    let letGo: () => void = () => undefined;
    fixture.pace = { perSecond: 1000, room: false };
    const keyed = within(minute, { idempotencyKey: 'k' });
    const { id } = await sender.send(message, keyed);
    fixture.behind.gate = new Promise((resolve) => (letGo = resolve));
    fixture.pace = { perSecond: 1000, room: true };
    await expect.poll(() => fixture.behind.sends, patience).toBe(2);
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('in-progress');
    expect(await sender.send(message, keyed)).toMatchObject({ kind: 'in-progress', id });
    letGo();
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
  });

  it('expires unsent two seconds before its time, and its key is free', async () => {
    let ahead = 0;
    const begin = Date.now();
    fixture.wallTime = () => begin + ahead;
    const sender = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const { id } = await sender.send(message, within(50_000, { idempotencyKey: 'k' }));
    // Less than what would be a jump of the clock.
    ahead = 48_001;
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('expired');
    expect(fixture.behind.texts).toEqual([]);
    await expect.poll(() => fixture.deliveries.state, patience).toMatchObject({ waiting: 0, expired: 1 });
    expect(await sender.send(message, { idempotencyKey: 'k' })).toMatchObject({ kind: 'accepted' });
  });

  it('whose time is too near when an attempt would begin has expired, and nothing was sent', async () => {
    const sender = await fixture.open();
    expect(await sender.send(message, within(1500))).toMatchObject({ kind: 'expired' });
    expect(fixture.behind.texts).toEqual([]);
  });

  it('that went out in time is told to a repeat that comes too late, which sends nothing', async () => {
    const sender = await fixture.open();
    const { id } = await sender.send(message, within(minute, { idempotencyKey: 'k' }));
    const late = within(-1000, { idempotencyKey: 'k' });
    expect(await sender.send(message, late)).toMatchObject({ kind: 'accepted', id, replayed: true });
    expect(await sender.send(message, { ...late, idempotencyKey: 'other' })).toMatchObject({
      kind: 'expired',
    });
    expect(fixture.behind.texts).toHaveLength(1);
  });

  it('is sent after a crash, once, and again after another is known', async () => {
    const before = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const keyed = within(minute, { idempotencyKey: 'k' });
    const { id } = await before.send(message, keyed);
    await fixture.crash();
    fixture.pace = { perSecond: 1000, room: true };
    const after = await fixture.open();
    await expect.poll(async () => (await after.find(id))?.kind, patience).toBe('accepted');
    await fixture.crash();
    const last = await fixture.open();
    expect(await last.send(message, keyed)).toMatchObject({ kind: 'accepted', id, replayed: true });
    expect(fixture.behind.texts).toEqual(['o-1']);
  });

  it('that a crash left with an attempt under way is unknown and not sent again', async () => {
    const before = await fixture.open();
    fixture.behind.script = ['unavailable', 'never'];
    const { id } = await before.send(message, within(minute));
    await expect.poll(() => fixture.behind.script.length, patience).toBe(0);
    await fixture.crash();
    const after = await fixture.open();
    expect(await after.find(id)).toMatchObject({ kind: 'unknown' });
    expect(fixture.deliveries.state.waiting).toBe(0);
    expect(fixture.behind.sends).toBe(2);
  });

  it('whose time passed while no agent ran has expired', async () => {
    const begin = Date.now();
    fixture.wallTime = () => begin;
    const before = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const { id } = await before.send(message, within(minute));
    await fixture.close();
    fixture.wallTime = () => begin + minute;
    const after = await fixture.open();
    expect(await after.find(id)).toMatchObject({ kind: 'expired', attempts: [{ outcome: 'unavailable' }] });
    expect(fixture.behind.texts).toEqual([]);
  });

  it('waits where a late answer says that nothing was sent', async () => {
    const sender = await fixture.open();
    fixture.behind.script = ['unknown'];
    const shown: string[] = [];
    const onLate = ({ kind }: { kind: string }) => void shown.push(kind);
    const { id } = await sender.send(message, within(minute, { onLate }));
    const facts = { id, revision: 3, route: 'default', attempts: [] };
    fixture.behind.attempts?.absent();
    fixture.behind.onLate?.({ ...facts, kind: 'no-channel', reason: 'throttled', retryAfterMs: 0 });
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
    expect(shown).toEqual(['pending']);
  });
});

describe('the wall clock', () => {
  it('that jumps keeps every message back, with an alert, until it has come back', async () => {
    let ahead = 0;
    fixture.wallTime = () => Date.now() + ahead;
    const sender = await fixture.open();
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const { id } = await sender.send(message, within(30 * minute));
    await expect.poll(() => fixture.deliveries.state.waiting, patience).toBe(1);
    fixture.deliveries.tick();
    ahead = 40 * minute;
    fixture.pace = { perSecond: 1000, room: true };
    fixture.deliveries.tick();
    expect(fixture.deliveries.trouble).toMatch(/jumped by 2400 s/);
    expect(fixture.logged.join('')).toContain('"alert":"clock-jumped"');
    expect(await sender.find(id)).toMatchObject({ kind: 'pending' });
    expect(fixture.behind.texts).toEqual([]);
    ahead = 0;
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
    await expect.poll(() => fixture.deliveries.trouble, patience).toBeUndefined();
  });

  it('that jumps while a try is in doubt keeps its message back as well', async () => {
    let ahead = 0;
    fixture.wallTime = () => Date.now() + ahead;
    const sender = await fixture.open();
    fixture.behind.script = ['unavailable', 'unknown'];
    const { id } = await sender.send(message, within(30 * minute));
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('unknown');
    ahead = 40 * minute;
    fixture.behind.attempts?.absent();
    const facts = { id, revision: 3, route: 'default', attempts: [] };
    fixture.behind.onLate?.({ ...facts, kind: 'no-channel', reason: 'no record of it', retryAfterMs: 0 });
    await expect.poll(() => fixture.deliveries.trouble, patience).toMatch(/jumped by 2400 s/);
    expect(await sender.find(id)).toMatchObject({ kind: 'pending' });
    ahead = 0;
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
  });

  it('that jumps is doubted for a message in doubt though another begins to wait meanwhile', async () => {
    let ahead = 0;
    fixture.wallTime = () => Date.now() + ahead;
    const sender = await fixture.open();
    const { behind } = fixture;
    behind.script = ['unavailable', 'unknown'];
    behind.end = new Promise(() => undefined);
    const { id } = await sender.send(message, within(30 * minute));
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('unknown');
    ahead = -40 * minute;
    fixture.pace = { perSecond: 1000, room: false };
    behind.script = ['unavailable'];
    expect(await sender.send(message, within(minute))).toMatchObject({ kind: 'pending' });
    await expect.poll(() => fixture.deliveries.trouble, patience).toMatch(/jumped by -2400 s/);
  });

  it('is watched no longer for a message whose end is known', async () => {
    let ahead = 0;
    fixture.wallTime = () => Date.now() + ahead;
    const sender = await fixture.open();
    const { behind } = fixture;
    behind.script = ['unknown'];
    let tell: (end: SendResult) => void = () => undefined;
    behind.end = new Promise((resolve) => (tell = resolve));
    const { id } = await sender.send(message, within(30 * minute));
    tell({ id, revision: 3, route: 'default', attempts: [], kind: 'accepted', channel: 'one' });
    await expect.poll(async () => (await sender.find(id))?.kind, patience).toBe('accepted');
    ahead = -40 * minute;
    behind.script = ['unavailable'];
    const { id: next } = await sender.send(message, within(minute));
    await expect.poll(async () => (await sender.find(next))?.kind, patience).toBe('accepted');
  });
});
