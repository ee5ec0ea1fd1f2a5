import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isWaystationError, WaystationError } from '@waystation/core';
import { maxSocketPath } from '../disk/max-socket-path.ts';
import { formatListenAddress } from './listen-address.ts';
import type { ListenAddress } from './listen-address.ts';

/** Says why an address cannot be listened on, as `LISTEN_FAILED`. */
export async function listenFailure(address: ListenAddress, error: unknown): Promise<Error> {
  if (isWaystationError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const why = address.kind === 'unix' ? await whyNoSocket(address.path, code) : whyNoPort(code);
  return new WaystationError('LISTEN_FAILED', `cannot listen on ${formatListenAddress(address)}: ${why}`, {
    cause: error,
  });
}

/** Throws where a path is too long for a unix socket: the system would listen on a piece of it, without a word. */
export function refuseLongPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxSocketPath) return;
  const where = formatListenAddress({ kind: 'unix', path });
  throw new WaystationError(
    'LISTEN_FAILED',
    `cannot listen on ${where}: the path has ${String(bytes)} bytes, ${String(maxSocketPath)} are allowed`,
  );
}

const taken = 'something listens there already; choose another address';

function whyNoPort(code: string): string {
  if (code === 'EADDRINUSE') return taken;
  if (code !== 'EACCES') return code;
  return 'this user may not; choose another address (ports below 1024 need a privilege)';
}

/** The system's codes do not tell: a folder that is missing is EACCES, a file that is in the way EADDRINUSE. */
async function whyNoSocket(path: string, code: string): Promise<string> {
  const folder = dirname(path);
  const isThere = await lstat(folder).catch(() => undefined);
  if (code === 'EACCES' && isThere === undefined)
    return `there is no folder ${folder} that this user can see`;
  if (code === 'EACCES') return `this user may not make a socket in ${folder}; choose another address`;
  if (code !== 'EADDRINUSE') return code;
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() === false
    ? 'what is there is no socket; remove it, or choose another address'
    : taken;
}
