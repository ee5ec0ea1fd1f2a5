import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../testing/send-fixture.ts';
import type { CredentialResult } from './credential.ts';
import { CredentialBook } from './credential-book.ts';

const patience = { timeout: 20_000, interval: 20 };
const fromChain: CredentialResult = {
  ok: true,
  credential: { kind: 'aliyun', accessKeyId: 'chain', accessKeySecret: 's' },
};
let dir: string;
let file: string;
let books: CredentialBook[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-credentials-'));
  file = join(dir, 'credentials.yaml');
  books = [];
});
afterEach(async () => {
  for (const book of books) await book.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

function bookOf(options: { file?: string; env?: Readonly<Record<string, string>> }): CredentialBook {
  const book = new CredentialBook(
    { env: options.env ?? {}, chain: { current: () => Promise.resolve(fromChain) }, log: silentLog },
    { pollMs: 200, ...(options.file !== undefined && { file: options.file }) },
  );
  books.push(book);
  return book;
}

async function keyOf(book: CredentialBook, name: string): Promise<string> {
  const result = await book.current(name);
  if (!result.ok) return result.reason;
  return result.credential.kind === 'aliyun' ? result.credential.accessKeyId : result.credential.key;
}

async function replace(text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

describe('CredentialBook', () => {
  it('prefers the file to the environment, and knows the default chain by its name', async () => {
    await replace('main: { key: from-file }');
    const env = { WAYSTATION_CREDENTIAL_MAIN_API_KEY: 'from-env', WAYSTATION_CREDENTIAL_B_API_KEY: 'b' };
    const book = bookOf({ file, env });
    await book.start();
    expect(await keyOf(book, 'main')).toBe('from-file');
    expect(await keyOf(book, 'b')).toBe('b');
    expect(await keyOf(book, 'default')).toBe('chain');
    expect(book.describe('default')).toEqual({ kind: 'aliyun', from: 'default-chain' });
    expect(book.describe('c')).toEqual({
      missing: expect.stringContaining('WAYSTATION_CREDENTIAL_C_') as string,
    });
    expect(await book.current('c')).toMatchObject({ ok: false });
    expect(book.troubles).toEqual([]);
  });

  it('takes a rotated key over without a restart, however it is written', async () => {
    await replace('main: { key: one }');
    const book = bookOf({ file });
    let told = 0;
    await book.start(() => (told += 1));
    await replace('main: { key: two }');
    await expect.poll(() => keyOf(book, 'main'), patience).toBe('two');
    await writeFile(file, 'main: { key: three }');
    await expect.poll(() => keyOf(book, 'main'), patience).toBe('three');
    expect(told).toBeGreaterThanOrEqual(2);
  });

  it('keeps the last good file while the newest is half written, broken or gone', async () => {
    await replace('main: { key: one }');
    const book = bookOf({ file });
    await book.start();
    for (const broken of ['main: { key: "half', 'main: 7', '']) {
      await writeFile(file, broken);
      await expect.poll(() => book.troubles, patience).toHaveLength(1);
      expect(await keyOf(book, 'main')).toBe('one');
      await replace(`main: { key: one } # mended after ${JSON.stringify(broken)}`);
      await expect.poll(() => book.troubles, patience).toEqual([]);
    }
    await rm(file);
    await expect.poll(() => book.troubles, patience).toHaveLength(1);
    expect(await keyOf(book, 'main')).toBe('one');
  });

  it('warns of a file that others may read', async () => {
    await replace('main: { key: one }');
    await chmod(file, 0o644);
    const book = bookOf({ file });
    await book.start();
    expect(book.troubles).toEqual([expect.stringContaining('mode 0644')]);
    await chmod(file, 0o600);
    await expect.poll(() => book.troubles, patience).toEqual([]);
    await chmod(file, 0o640);
    await expect.poll(() => book.troubles, patience).toEqual([expect.stringContaining('mode 0640')]);
  });

  it.each([
    ['is missing', undefined],
    ['is broken', 'main: { key: SECRET-1, keys: [] }'],
  ])('does not start with a file that %s', async (_, text) => {
    if (text !== undefined) await replace(text);
    const started = bookOf({ file }).start();
    await expect(started).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^--credentials-file (?!.*SECRET)/) as string,
    });
  });
});
