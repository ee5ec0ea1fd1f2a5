import { open } from 'node:fs/promises';

/** Makes new and changed names in a directory durable; some platforms cannot sync a directory, and then there is nothing to be done. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch {
    return;
  }
}
