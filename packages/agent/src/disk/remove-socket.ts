import { unlink } from 'node:fs/promises';

/**
 * Removes a unix socket's file where it is still there. Not by `rm`: after it has removed a socket, Node 20 takes
 * the next symbolic link for none, and a package that is loaded through one does not find its own dependencies.
 */
export async function removeSocket(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
