import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalFixture } from '../testing/journal-fixture.ts';
import { messageTo } from '../testing/send-fixture.ts';

const patience = { timeout: 20_000 };
const message = messageTo('13800138000');

let fixture: JournalFixture;
beforeEach(() => {
  fixture = new JournalFixture();
});
afterEach(() => fixture.end());

/** Leaves what a killed process does that had one write to the log for each of these keys, and moved none. */
async function killedWith(keys: readonly string[]): Promise<void> {
  const sender = await fixture.open();
  for (const [at, idempotencyKey] of keys.entries()) {
    fixture.behind.script = ['never'];
    void sender.send(message, { idempotencyKey });
    await expect.poll(() => fixture.behind.script.length, patience).toBe(0);
    expect(fixture.journal.state.unfinished).toBe(at + 1);
  }
  await fixture.crash();
}

/** The file of the log that has something. */
async function logFile(): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  for (const name of ['log-a', 'log-b']) {
    const path = join(fixture.dataDir, 'journal', name);
    const bytes = await readFile(path);
    if (bytes.some((byte) => byte !== 0)) return { path, bytes };
  }
  throw new Error('nothing was logged');
}

it('a journal whose log is damaged in its middle is set aside, with an alert, and the agent goes on', async () => {
  await killedWith(['a', 'b', 'c']);
  const { path, bytes } = await logFile();
  // Within the first of three writes.
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  await writeFile(path, bytes);

  const sender = await fixture.open();
  expect(await sender.send(message, { idempotencyKey: 'd' })).toMatchObject({ kind: 'accepted' });
  // What it knew is forgotten, as the alert says.
  expect(await sender.send(message, { idempotencyKey: 'b' })).toMatchObject({ kind: 'accepted' });
  expect(fixture.journal.state).toMatchObject({ open: true });
  const [trouble] = fixture.journal.troubles;
  expect(trouble).toMatch(/set aside as .*journal\.damaged-\S+ \(a part of its log does not open\)/);
  const alerts = fixture.logged.filter((line) => line.includes('"alert":"journal-set-aside"'));
  expect(alerts).toHaveLength(1);
  const [aside = ''] = (await readdir(fixture.dataDir)).filter((name) => name.startsWith('journal.damaged-'));
  expect(await readFile(path.replace('/journal/', `/${aside}/`))).toEqual(bytes);

  // The new one is none that the next start sets aside again.
  await fixture.close();
  const next = await fixture.open();
  expect(await next.send(message, { idempotencyKey: 'd' })).toMatchObject({
    kind: 'accepted',
    replayed: true,
  });
  expect(fixture.journal.troubles).toEqual([]);
});

it('a journal whose log ends within its last write is not set aside', async () => {
  await killedWith(['a', 'b']);
  const { path, bytes } = await logFile();
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  await writeFile(path, bytes.fill(0, end - 9));

  const sender = await fixture.open();
  expect(await sender.send(message, { idempotencyKey: 'a' })).toMatchObject({ kind: 'unknown' });
  expect(await sender.send(message, { idempotencyKey: 'c' })).toMatchObject({ kind: 'accepted' });
  expect(fixture.journal.troubles).toEqual([]);
});
