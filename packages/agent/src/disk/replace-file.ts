import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';

/**
 * Replaces a file whole: readers see the old content or the new, and after a crash one of the two is there.
 * Rejects with the system's own error (`ENOSPC`, `EROFS` …) and then leaves the old file as it was.
 * One writer at a time: the new content passes through `<path>.tmp`, and what a crash left there is written over.
 */
export async function replaceFile(path: string, content: string | Buffer, mode = 0o600): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}
