import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';
import { removeSocket } from './remove-socket.ts';

/** Removes a unix socket that a process left behind when it died; leaves a live one, and any other file. */
export async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return;
  const dead = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED');
    });
  });
  if (dead) await removeSocket(path);
}
