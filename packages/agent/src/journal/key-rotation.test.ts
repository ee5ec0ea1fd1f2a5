import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const message = messageTo('13800138000', { outId: 'o-1' });

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
});
afterEach(() => fixture.end());

describe('a journal whose key is changed', () => {
  it('knows the keys of its callers, and what is unknown, with the former key beside the new one', async () => {
    const before = await fixture.open({ key: first });
    await before.send(message, { idempotencyKey: 'done' });
    fixture.behind.script = ['unknown'];
    await before.send(message, { idempotencyKey: 'held' });
    await fixture.close();
    const after = await fixture.open({ key: second, formerKey: first });
    expect(await after.send(message, { idempotencyKey: 'done' })).toMatchObject({ replayed: true });
    expect(await after.send(message, { idempotencyKey: 'held' })).toMatchObject({ kind: 'unknown' });
    const other = messageTo('13900139000');
    expect(await after.send(other, { idempotencyKey: 'done' })).toMatchObject({ kind: 'key-reused' });
    expect(await after.send(other, { idempotencyKey: 'new' })).toMatchObject({ kind: 'accepted' });
    expect(fixture.behind.texts).toHaveLength(3);
  });

  it('sends what waits, sealed anew', async () => {
    const before = await fixture.open({ key: first });
    fixture.pace = { perSecond: 1000, room: false };
    fixture.behind.script = ['unavailable'];
    const { id } = await before.send(message, { deliverBy: Date.now() + 60_000, idempotencyKey: 'k' });
    await fixture.close();
    fixture.pace = { perSecond: 1000, room: true };
    const after = await fixture.open({ key: second, formerKey: first });
    await expect.poll(async () => (await after.find(id))?.kind, { timeout: 20_000 }).toBe('accepted');
    expect(await after.send(message, { idempotencyKey: 'k' })).toMatchObject({ replayed: true, id });
  });

  it('does not open without the former key while something that it sealed is kept, and does later', async () => {
    const begin = Date.now();
    fixture.wallTime = () => begin;
    const before = await fixture.open({ key: first });
    await before.send(message, { idempotencyKey: 'k' });
    await fixture.close();
    await (await fixture.open({ key: second, formerKey: first })).settled();
    await expect.poll(() => fixture.journal.state.open, { timeout: 20_000 }).toBe(true);
    await fixture.close();
    const early = await fixture.open({ key: second });
    expect(await early.send(message, { idempotencyKey: 'k' })).toMatchObject({ kind: 'no-journal' });
    expect(fixture.journal.troubles.join()).toMatch(/former key until .*--journal-old-key-file/);
    await fixture.close();
    // A day, and the hour that the fixture keeps what is over.
    fixture.wallTime = () => begin + 25 * 3_600_000;
    const later = await fixture.open({ key: second });
    expect(await later.send(message, { idempotencyKey: 'new' })).toMatchObject({ kind: 'accepted' });
  });

  it('does not open with a key that it was not written with, whatever else is given', async () => {
    await (await fixture.open({ key: first })).send(message, { idempotencyKey: 'k' });
    await fixture.close();
    for (const keys of [
      { key: second },
      { key: second, formerKey: third },
      { formerKey: third, key: third },
    ]) {
      const sender = await fixture.open(keys);
      expect(await sender.send(message, { idempotencyKey: 'k' })).toMatchObject({ kind: 'no-journal' });
      await fixture.close();
    }
    const right = await fixture.open({ key: first });
    expect(await right.send(message, { idempotencyKey: 'k' })).toMatchObject({ replayed: true });
  });

  it('takes over from the key in its own folder, and writes nothing more with that', async () => {
    const before = await fixture.open();
    await before.send(message, { idempotencyKey: 'k' });
    await fixture.close();
    expect(await readFile(join(fixture.dataDir, 'journal', 'key'))).toHaveLength(32);
    const after = await fixture.open({ key: first });
    expect(await after.send(message, { idempotencyKey: 'k' })).toMatchObject({ replayed: true });
  });
});
