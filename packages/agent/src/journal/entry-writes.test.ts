import { expect, it } from 'vitest';
import { silentLog } from '../testing/send-fixture.ts';
import { placeOf } from './entry-place.ts';
import type { EntryPlace, PlacedEntry } from './entry-place.ts';
import { EntryWrites } from './entry-writes.ts';
import type { DoneEntry, JournalEntry } from './journal-entry.ts';
import { StockSums } from './stock-sums.ts';
import { endOf } from './told-of-run.ts';

const result = { kind: 'rejected', id: 'm-1', revision: 1, route: 'r', attempts: [], reason: 'no' } as const;
const entry: DoneEntry = { state: 'done', id: 'm-1', digest: '', numbers: [], result, endedAt: 5 };

/** A file that takes a write when it is told to, or refuses it. */
class SlowFile {
  readonly entries = new Map<string, PlacedEntry>();
  readonly waiting: ((fails?: boolean) => void)[] = [];
  looks = 0;

  get(name: string): PlacedEntry | undefined {
    this.looks += 1;
    return this.entries.get(name);
  }

  put(name: string, written: JournalEntry): Promise<EntryPlace> {
    const place = placeOf(written, 100);
    return new Promise((resolve, reject) => {
      this.waiting.push((fails = false) => {
        if (fails) {
          reject(new Error('no space left'));
          return;
        }
        this.entries.set(name, { entry: written, place });
        resolve(place);
      });
    });
  }

  find = (): undefined => undefined;
  findByBizId = (): undefined => undefined;
  remove: (lines?: readonly { readonly name: string }[]) => Promise<void> = () => Promise.resolve();
}

function writesTo(file: SlowFile): EntryWrites {
  return new EntryWrites({ file, sums: new StockSums(), log: silentLog });
}

it('looks for a new name once, before it is written', async () => {
  const file = new SlowFile();
  const writes = writesTo(file);
  expect(writes.get('k')).toBeUndefined();
  const written = writes.put('k', entry);
  expect(file.looks).toBe(1);
  file.waiting.shift()?.();
  await written;
});

it('finds what stands on the disk though nothing was there when it was being written', async () => {
  const file = new SlowFile();
  const writes = writesTo(file);
  const written = writes.put('k', entry);
  expect(writes.get('k')).toBeUndefined();
  file.waiting.shift()?.();
  expect(writes.get('k')?.entry).toEqual(entry);
  await written;
  expect(writes.get('k')?.entry).toEqual(entry);
});

it('says of an end that the disk did not take that it is only remembered, until it is taken', async () => {
  const file = new SlowFile();
  const writes = writesTo(file);
  const settled = writes.settle('k', entry);
  file.waiting.shift()?.(true);
  await settled;
  expect(writes.isSaved('k')).toBe(false);
  for (const found of [writes.get('k'), writes.find('m-1')]) {
    expect(found).toMatchObject({ entry, unsaved: true });
    // The next start would still send such a message, so that nobody is told that nothing was sent.
    expect(found && endOf(entry, found)).toMatchObject({ kind: 'unknown', id: 'm-1' });
  }
  writes.saveAgain();
  file.waiting.shift()?.();
  await writes.settled();
  expect(writes.isSaved('k')).toBe(true);
  expect(endOf(entry, writes.get('k') ?? {})).toBe(result);
});

it('tries nothing again that something newer is being written over', async () => {
  const file = new SlowFile();
  const writes = writesTo(file);
  const settled = writes.settle('k', entry);
  file.waiting.shift()?.(true);
  await settled;
  const newer: DoneEntry = { ...entry, endedAt: 6 };
  const written = writes.put('k', newer);
  writes.saveAgain();
  while (file.waiting.length > 0) {
    file.waiting.shift()?.();
    await written;
  }
  await writes.settled();
  expect(writes.get('k')?.entry).toEqual(newer);
});

it('takes nothing out again that something newer is being written over, and says until then that it is there', async () => {
  const file = new SlowFile();
  const writes = writesTo(file);
  const first = writes.put('k', entry);
  file.waiting.shift()?.();
  const place = await first;
  file.remove = () => Promise.reject(new Error('no space left'));
  await writes.remove('k', 'm-1', place);
  expect(writes.get('k')).toBeUndefined();
  expect(writes.isSaved('k')).toBe(false);
  const removed: string[] = [];
  file.remove = (lines: readonly { readonly name: string }[] = []) => {
    removed.push(...lines.map(({ name }) => name));
    return Promise.resolve();
  };
  const newer = writes.put('k', { ...entry, endedAt: 6 });
  writes.saveAgain();
  file.waiting.shift()?.();
  await newer;
  await writes.settled();
  expect(removed).toEqual([]);
  expect(writes.isSaved('k')).toBe(true);
});
