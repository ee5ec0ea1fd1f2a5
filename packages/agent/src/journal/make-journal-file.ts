import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runApart } from './run-apart.ts';

/** A disk that takes longer for a few pages is none to rely on. */
const makeMs = 30_000;

const script = `
const { open } = require(process.argv[1]);
const root = open({ path: process.argv[2], noSubdir: false, maxDbs: 4, encoding: 'binary', cache: false });
for (const name of ['entries', 'index', 'ids', 'meta']) root.openDB(name, { encoding: 'binary' });
root.flushed.then(() => root.close()).then(() => {
  process.stdout.write('done');
  process.exit(0);
});
`;

/**
 * Makes the journal's file where there is none, empty, under another name first: what is there is always whole.
 * Rejects with words where the disk has no room.
 */
export async function makeJournalFile(folder: string, lmdbPath: string): Promise<void> {
  const path = join(folder, 'data.mdb');
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.size > 0) return;
  const beside = join(folder, 'new');
  try {
    await mkdir(beside, { mode: 0o700, recursive: true });
    const { done, words } = await runApart(script, [lmdbPath, beside], makeMs);
    if (!done) throw new Error(`a new file cannot be made, as on a full disk (${words})`);
    await rename(join(beside, 'data.mdb'), path);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
