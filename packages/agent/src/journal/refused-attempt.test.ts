import type { OutcomeClass } from '@waystation/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
});
afterEach(() => fixture.end());

const message = messageTo('13800138000', { outId: 'o-1' });

/** Ends the agent between an attempt that ended so and the next, and sends the same again. */
async function crashAfter(outcome: OutcomeClass, more: { readonly deliverBy?: number } = {}) {
  const before = await fixture.open();
  fixture.behind.script = [outcome];
  fixture.behind.hold = new Promise(() => undefined);
  void before.send(message, { idempotencyKey: 'k', ...more });
  await expect
    .poll(
      async () => {
        const opened = await fixture.journal.opened();
        if (!opened.open) return undefined;
        const entry = opened.stock.get(opened.stock.placeOf('k', '').name)?.entry;
        if (entry?.state !== 'open') return undefined;
        // An attempt that may have been sent is told by its having no result, or the worst one.
        return entry.attempts[0]?.result?.class ?? (outcome === 'unknown' ? outcome : undefined);
      },
      { timeout: 20_000 },
    )
    .toBe(outcome);
  await fixture.crash();
  fixture.behind.hold = Promise.resolve();
  const after = await fixture.open();
  return after.send(message, { idempotencyKey: 'k' });
}

it('a crash after an attempt that was refused leaves the key free', async () => {
  expect(await crashAfter('throttled')).toMatchObject({ kind: 'accepted' });
  expect(fixture.behind.texts).toEqual(['o-1']);
});

it.each([
  ['rejected', { kind: 'rejected', replayed: true }],
  ['limited', { kind: 'accepted' }],
] as const)(
  'a message that was %s is not sent after a crash, whatever its deliverBy',
  async (outcome, repeat) => {
    fixture.pace = { perSecond: 1000, room: false };
    const told = await crashAfter(outcome, { deliverBy: Date.now() + 60_000 });
    expect(told).toMatchObject(repeat);
    expect(fixture.deliveries.state.waiting).toBe(0);
  },
);

it('a crash after an attempt that may have been sent holds the key', async () => {
  expect(await crashAfter('unknown')).toMatchObject({ kind: 'unknown' });
  expect(fixture.behind.texts).toEqual(['o-1']);
});
