import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntryPlace, FullIndexLine } from './entry-place.ts';
import { JournalDamage } from './journal-damage.ts';
import type { DoneEntry, JournalEntry, OpenEntry } from './journal-entry.ts';
import { JournalFile } from './journal-file.ts';
import { JournalLog } from './journal-log.ts';
import { JournalKeys } from './journal-keys.ts';
import { loadLmdb } from './load-lmdb.ts';

const lmdb = loadLmdb();
const keys = new JournalKeys(Buffer.alloc(32, 1));
/** Files that come to their end after a few changes. */
const small = { fullBytes: 2000 };
const never = { fullBytes: Infinity, fullMs: 1e9 };
const patience = { timeout: 15_000 };

let root: string;
let opened: JournalFile[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ws-file-'));
});
afterEach(async () => {
  for (const file of opened) await file.close();
  opened = [];
  await rm(root, { recursive: true, force: true, maxRetries: 10 });
});

async function open(folder: string, options = {}): Promise<JournalFile> {
  const file = await JournalFile.open({ lmdb, folder, keys }, options);
  opened.push(file);
  await file.takesKeys(0, 1000);
  await file.takeUp();
  await file.settle();
  return file;
}

async function close(file: JournalFile): Promise<void> {
  opened = opened.filter((one) => one !== file);
  await file.close();
}

let copies = 0;
/** What a process that is killed now leaves. A copy takes its time, in which nothing may be moved. */
async function crash(folder: string): Promise<string> {
  const copy = join(root, `copy-${String((copies += 1))}`);
  const sizes = () =>
    Promise.all(['log-a', 'log-b'].map(async (name) => (await stat(join(folder, name))).size));
  await expect.poll(sizes, patience).toContain(0);
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** A folder whose log has come to its end before anything was moved, so that both of its files are in use. */
async function crashWhileMoving(): Promise<string> {
  const folder = await newFolder();
  await close(await open(folder));
  const mover = {
    trouble: undefined,
    attempt: Promise.resolve(),
    move: () => new Promise<never>(() => undefined),
  };
  const log = await JournalLog.open({ folder, keys, mover }, { fullBytes: 1 });
  for (const id of ['a', 'b', 'c']) {
    const text = JSON.stringify(openEntry(id));
    await log.append({ name: `key ${id}`, text, textBytes: Buffer.byteLength(text) }, () => undefined);
  }
  return folder;
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(root, 'journal-'));
}

function openEntry(id: string): OpenEntry {
  return {
    ...{ state: 'open', id, digest: 'd', receivedAt: 1, deadlineAt: 2, revision: 3, takenBy: 'default' },
    payload: { message: { phoneNumbers: ['1'], e164: ['+861'], signName: '阿里云', templateCode: 't' } },
    attempts: [],
  };
}

function doneEntry(id: string, endedAt: number, bizId = `biz-${id}`): DoneEntry {
  const result = { kind: 'accepted', id, revision: 3, attempts: [], channel: 'one', bizId } as const;
  return { state: 'done', id, digest: 'd', numbers: ['1'], result, endedAt };
}

type Model = Map<string, JournalEntry>;

/** Everything that can be asked of the file is as in the dumb one. */
function expectSame(file: JournalFile, model: Model, names: readonly string[]): void {
  for (const name of names) {
    expect([name, file.get(name)?.entry]).toEqual([name, model.get(name)]);
    expect([name, file.has(name)]).toEqual([name, model.has(name)]);
  }
  for (const entry of model.values()) {
    expect(file.find(entry.id)?.entry).toEqual(entry);
    if (entry.state === 'done') expect(file.findByBizId(`biz-${entry.id}`)?.entry).toEqual(entry);
  }
  for (const state of ['open', 'done'] as const) {
    const lines = [...file.lines(state)];
    const expected = [...model].filter(([, entry]) => entry.state === state).map(([name]) => name);
    expect([state, lines.map(({ name }) => name).sort()]).toEqual([state, expected.sort()]);
    for (const line of lines)
      expect(file.get(line.name)?.place).toMatchObject({ bytes: line.bytes, id: line.id });
  }
}

const nameCount = 6;
const step = fc.record({
  what: fc.constantFrom('open', 'done', 'remove', 'crash', 'restart'),
  name: fc.nat(nameCount - 1),
  wait: fc.boolean(),
});

describe('the journal on the disk', () => {
  it(
    'is what was written last, through ends of its log, restarts and crashes',
    { timeout: 240_000 },
    async () => {
      const history = async (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
        let folder = await newFolder();
        let file = await open(folder, small);
        const model: Model = new Map();
        const names = Array.from({ length: nameCount }, (_, at) => `key ${String(at)}`);
        let ids = 0;
        let under: Promise<unknown>[] = [];
        for (const { what, name: at, wait } of steps) {
          const name = names[at] ?? '';
          const standing = file.get(name);
          if (what === 'crash' || what === 'restart') {
            await Promise.all(under);
            if (what === 'crash') folder = await crash(folder);
            await close(file);
            file = await open(folder, small);
          } else if (what === 'remove') {
            await Promise.all(under);
            const now = file.get(name);
            if (now === undefined) continue;
            under = [file.remove([{ name, ...now.place }])];
            model.delete(name);
          } else {
            if (!wait) await Promise.all(under);
            const id =
              standing !== undefined && what === 'done' ? standing.entry.id : `id-${String((ids += 1))}`;
            // Who writes over another message has taken it out before.
            if (standing !== undefined && standing.entry.id !== id) {
              await Promise.all(under);
              await file.remove([{ name, ...standing.place }]);
            }
            const entry = what === 'open' ? openEntry(id) : doneEntry(id, ids);
            await Promise.all(under);
            under = [file.put(name, entry, file.get(name)?.place)];
            model.set(name, entry);
          }
          if (wait) await Promise.all(under);
        }
        await Promise.all(under);
        expectSame(file, model, names);
        const after = await open(await crash(folder), small);
        expectSame(after, model, names);
        await close(after);
        await close(file);
        const again = await open(folder, small);
        expectSame(again, model, names);
        await close(again);
      };
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), history), { numRuns: 10 });
    },
  );

  it('knows after a crash what nothing was moved of, and what was', async () => {
    const folder = await newFolder();
    const first = await open(folder, never);
    await first.put('key a', openEntry('a'));
    const place = await first.put('key b', openEntry('b'));
    await first.put('key b', doneEntry('b', 5), place);
    const second = await open(await crash(folder));
    expect(second.get('key a')?.entry).toEqual(openEntry('a'));
    expect(second.find('b')?.entry).toEqual(doneEntry('b', 5));
    expect([...second.lines('open')].map(({ name }) => name)).toEqual(['key a']);
  });

  it('leaves nothing in its log once that is moved', async () => {
    const folder = await newFolder();
    const file = await open(folder, { fullMs: 50 });
    await file.put('key a', openEntry('a'));
    await expect.poll(async () => (await stat(join(folder, 'log-a'))).size, patience).toBe(0);
    expect(file.get('key a')?.entry).toEqual(openEntry('a'));
    expect((await stat(join(folder, 'log-a'))).mode & 0o777).toBe(0o600);
    await file.put('key b', openEntry('b'));
    expect(file.find('b')?.entry).toEqual(openEntry('b'));
  });

  it('moves an entry whose name another message has taken, and finds both', async () => {
    const folder = await newFolder();
    const file = await open(folder, never);
    const standing: EntryPlace = await file.put('key a', doneEntry('old', 1));
    await close(file);
    const next = await open(folder, never);
    const line: FullIndexLine = { name: 'key a', ...standing, bizId: 'biz-old' };
    await Promise.all([next.remove([line]), next.put('id old', doneEntry('old', 1))]);
    await next.put('key a', openEntry('new'));
    await close(next);
    const last = await open(folder);
    expect(last.find('old')?.entry).toEqual(doneEntry('old', 1));
    expect(last.findByBizId('biz-old')?.entry.id).toBe('old');
    expect(last.get('key a')?.entry.id).toBe('new');
    expect([...last.lines('done')].map(({ name }) => name)).toEqual(['id old']);
  });

  it('finds by a BizId that two messages were given the one that ended last, moved or not', async () => {
    const file = await open(await newFolder(), never);
    await file.put('key b', doneEntry('first', 1, 'biz-both'));
    await file.put('key a', doneEntry('second', 2, 'biz-both'));
    expect(file.findByBizId('biz-both')?.entry.id).toBe('second');
    await file.settle();
    expect(file.findByBizId('biz-both')?.entry.id).toBe('second');
    expect(file.find('first')?.entry.id).toBe('first');
  });
});

describe('a log that nothing was moved of', () => {
  it('is taken up from both of its files', async () => {
    const file = await open(await crashWhileMoving());
    for (const id of ['a', 'b', 'c']) expect(file.find(id)?.entry).toEqual(openEntry(id));
  });

  it('is damaged where a part does not open, and others stand after it', async () => {
    const folder = await crashWhileMoving();
    const path = join(folder, 'log-b');
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    await writeFile(path, bytes);
    await expect(open(folder)).rejects.toBeInstanceOf(JournalDamage);
  });

  it.each([
    ['is gone', (path: string) => truncate(path)],
    ['has lost its end', (path: string) => truncate(path, 40)],
  ])('is damaged where the file that the other one goes on from %s', async (_what, damage) => {
    const folder = await crashWhileMoving();
    await damage(join(folder, 'log-a'));
    await expect(open(folder)).rejects.toBeInstanceOf(JournalDamage);
  });

  it('is whole where its last write was cut short', async () => {
    const folder = await crashWhileMoving();
    const path = join(folder, 'log-b');
    const bytes = await readFile(path);
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    await writeFile(path, Buffer.concat([bytes.subarray(0, end - 9), Buffer.alloc(9)]));
    const file = await open(folder);
    expect(file.find('b')?.entry).toEqual(openEntry('b'));
    expect(file.find('c')).toBeUndefined();
  });
});
