import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
  fixture.route = { dedupeMs: 60_000 };
});
afterEach(() => fixture.end());

const message = messageTo('13800138000', { outId: 'o-1' });

it('messages that are alike are one: those that come meanwhile wait for the first, later ones are told', async () => {
  const sender = await fixture.open();
  let release: (() => void) | undefined;
  fixture.behind.gate = new Promise((resolve) => (release = resolve));
  const first = sender.send(message, {});
  const second = sender.send(message, {});
  release?.();
  const [one, two] = await Promise.all([first, second]);
  const three = await sender.send(message, {});
  expect([two, three]).toEqual([
    { ...one, replayed: true },
    { ...one, replayed: true },
  ]);
  expect(fixture.behind.texts).toEqual(['o-1']);
});

it.each([
  ['number', messageTo('13900139000', { outId: 'o-1' })],
  ['sign', { ...message, signName: '驿站' }],
  ['template', { ...message, templateCode: 'SMS_2' }],
  ['parameter', { ...message, templateParam: { code: '4072' } }],
  ['OutId', { ...message, outId: 'o-2' }],
])('another %s makes another message', async (_name, other) => {
  const sender = await fixture.open();
  await sender.send(message, {});
  expect(await sender.send(other, {})).toMatchObject({ kind: 'accepted' });
  expect(fixture.behind.texts).toHaveLength(2);
});

it('beyond the time they are two, and each is found by its id as long as its text is the last one', async () => {
  const now = Date.now();
  fixture.wallTime = () => now;
  const sender = await fixture.open();
  const first = await sender.send(message, {});
  await sender.settled();
  fixture.wallTime = () => now + 59_999;
  expect(await sender.send(message, {})).toMatchObject({ replayed: true });
  fixture.wallTime = () => now + 60_000;
  const second = await sender.send(message, {});
  expect(second.replayed).toBeUndefined();
  expect(second.id).not.toBe(first.id);
  await sender.settled();
  expect(await sender.find(second.id)).toMatchObject({ kind: 'accepted' });
  expect(await sender.find(first.id)).toBeUndefined();
  expect(fixture.behind.texts).toHaveLength(2);
});

it.each(['rejected', 'unavailable', 'limited'] as const)(
  'a first one that was %s does not stand in the way of the second',
  async (outcome) => {
    const sender = await fixture.open();
    fixture.behind.script = [outcome];
    await sender.send(message, {});
    await sender.settled();
    expect(await sender.send(message, {})).toMatchObject({ kind: 'accepted' });
    expect(fixture.behind.texts).toHaveLength(1);
  },
);

it('one that may have been sent stands in the way, through a restart too', async () => {
  const before = await fixture.open();
  fixture.behind.script = ['unknown'];
  const first: SendResult = await before.send(message, {});
  expect(first.kind).toBe('unknown');
  await fixture.close();
  const after = await fixture.open();
  expect(await after.send(message, {})).toMatchObject({ kind: 'unknown', id: first.id });
  expect(fixture.behind.texts).toHaveLength(1);
});

it("a caller's own key says which messages are one, and without the setting each is its own", async () => {
  const sender = await fixture.open();
  await sender.send(message, { idempotencyKey: 'a' });
  await sender.send(message, { idempotencyKey: 'b' });
  expect(fixture.behind.texts).toHaveLength(2);
  await fixture.close();
  fixture = new JournalFixture();
  const off = await fixture.open();
  await off.send(message, {});
  await off.send(message, {});
  expect(fixture.behind.texts).toHaveLength(2);
  await fixture.close();
});
