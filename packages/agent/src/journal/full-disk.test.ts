import { outcomeOf } from '@waystation/core';
import { beforeEach, expect, it } from 'vitest';
import { messageTo, realClock as clock, silentLog } from '../testing/send-fixture.ts';
import { placeOf } from './entry-place.ts';
import type { EntryPlace, PlacedEntry } from './entry-place.ts';
import { EntryWrites } from './entry-writes.ts';
import { HeldSearches } from './held-searches.ts';
import type { HeldEntry, JournalEntry } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import { MessageRun } from './message-run.ts';
import { StockSums } from './stock-sums.ts';

/** A file that takes everything until it is full, and nothing then. */
class FillingFile {
  readonly entries = new Map<string, PlacedEntry>();
  full = false;

  get = (name: string): PlacedEntry | undefined => this.entries.get(name);
  find = (): undefined => undefined;
  findByBizId = (): undefined => undefined;

  put(name: string, entry: JournalEntry): Promise<EntryPlace> {
    if (this.full) return Promise.reject(new Error('no space left'));
    const place = placeOf(entry, 100);
    this.entries.set(name, { entry, place });
    return Promise.resolve(place);
  }

  remove(lines: readonly { readonly name: string }[]): Promise<void> {
    if (this.full) return Promise.reject(new Error('no space left'));
    for (const { name } of lines) this.entries.delete(name);
    return Promise.resolve();
  }
}

let file: FillingFile;
let writes: EntryWrites;
/** Without what sweeps and counts, which nothing here asks for. */
let stock: JournalStock;
beforeEach(() => {
  file = new FillingFile();
  writes = new EntryWrites({ file, sums: new StockSums(), log: silentLog });
  stock = writes as unknown as JournalStock;
});

const candidate = { channel: 'one', host: 'h:443', account: 'a', credential: 'c' };
const rule = { onUnknownOutcome: 'reconcile', afterReconcile: 'resend', afterInconclusive: 'fail' } as const;
const payload = { message: messageTo('13800138000') };
const facts = { id: 'm-1', digest: '', deadlineAt: 0, deliverBy: Date.now() + 60_000, payload };
const sent = { outId: 'm-1', unique: true, templateCode: 'T', lastsMs: 1 };

it('what an attempt came to is remembered where the disk refuses it, until the disk takes it', async () => {
  const run = new MessageRun({ stock, clock }, { ...facts, name: 'k' });
  await run.starting({ ...sent, revision: 1, route: 'r', candidate, rule });
  file.full = true;
  run.ended(outcomeOf('throttled', { written: true, reason: 'no' }));
  await run.written();
  const told = { state: 'open', attempts: [{ channel: 'one', result: { class: 'throttled' } }] };
  expect(writes.get('k')?.entry).toMatchObject(told);
  file.full = false;
  writes.saveAgain();
  await writes.settled();
  expect(file.entries.get('k')?.entry).toMatchObject(told);
});

it('a held message that proves unsent is not told so while the disk keeps what the next start would send', async () => {
  const result = { kind: 'unknown', id: 'm-1', revision: 1, attempts: [], reason: 'nobody knows' } as const;
  const held: HeldEntry = {
    ...{ ...facts, state: 'held', receivedAt: 0, revision: 1, takenBy: 'r', rule, result, endedAt: 1 },
    attempts: [{ ...candidate, ...sent, startedAt: 1 }],
  };
  const place = await writes.put('k', held);
  const searches = new HeldSearches({
    clock,
    past: () => ({ search: () => ({ end: Promise.resolve({ kind: 'absent' }), stop: () => undefined }) }),
    deliveries: { hasRoom: true, add: () => undefined },
  });
  file.full = true;
  expect(await searches.resultOf(stock, 'k', { entry: held, place })).toMatchObject({ kind: 'unknown' });
  expect(file.entries.get('k')?.entry).toEqual(held);
});
