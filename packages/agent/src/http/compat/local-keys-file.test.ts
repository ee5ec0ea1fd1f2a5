import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepingLog } from '../../testing/send-fixture.ts';
import { LocalKeysFile } from './local-keys-file.ts';

const patience = { timeout: 20_000 };
let folder: string;
let lines: string[];
let file: LocalKeysFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waystation-local-keys-'));
  lines = [];
  await write('one: secret-of-one\n');
  file = new LocalKeysFile(keepingLog(lines), {
    path: join(folder, 'keys.yaml'),
    secrets: new Map([['before', 'x']]),
    pollMs: 200,
  });
});
afterEach(async () => {
  await file.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Replaces the file as editors do. */
async function write(text: string): Promise<void> {
  await writeFile(join(folder, 'new'), text);
  await rename(join(folder, 'new'), join(folder, 'keys.yaml'));
}

const keys = (): readonly string[] => (file.keys.kind === 'keys' ? [...file.keys.secrets.keys()] : []);

it('takes what the file holds, and what it becomes', async () => {
  expect(keys()).toEqual(['before']);
  await file.start();
  expect(keys()).toEqual(['one']);
  await write('two: secret-of-two\n');
  await expect.poll(keys, patience).toEqual(['two']);
  expect(file.trouble).toBeUndefined();
});

it('keeps the last good keys where the file is broken or gone, and says so without a secret', async () => {
  await file.start();
  await write('one: [secret-of-one');
  await expect.poll(() => file.trouble, patience).toMatch(/the last good ones stay: .*keys\.yaml must be/);
  expect(keys()).toEqual(['one']);
  await rm(join(folder, 'keys.yaml'));
  await expect.poll(() => file.trouble, patience).toMatch(/cannot be read \(ENOENT\)/);
  expect(keys()).toEqual(['one']);
  await write('one: secret-of-one\nthree: secret-of-three\n');
  await expect.poll(keys, patience).toEqual(['one', 'three']);
  expect(file.trouble).toBeUndefined();
  expect(lines.join('')).toContain('local keys not reloaded');
  expect(lines.join('')).not.toContain('secret-of');
});
