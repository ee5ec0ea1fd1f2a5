import { randomBytes } from 'node:crypto';
import { readdir, rename, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isWaystationError, WaystationError } from '@waystation/core';
import * as z from 'zod';
import { removeDeadSocket } from './dead-socket.ts';
import { makeFolder } from './make-folder.ts';
import { maxSocketPath } from './max-socket-path.ts';
import { removeSocket } from './remove-socket.ts';

const contenderSchema = z.object({ state: z.enum(['trying', 'held']), pid: z.int() });
type Contender = z.output<typeof contenderSchema>;

/** How long a contender may take to say who it is; one that is silent is alive all the same (it may be paused). */
const answerMs = 2000;
const pollMs = 20;
/** A passing name that refuses connections and is older than this is nobody's: to listen takes less than a ms. */
const passingMs = 60_000;

/**
 * The exclusive use of a data directory: a unix socket that listens in it. A process that is gone refuses
 * connections, so a lock left by a crash holds nobody up, and a process id that a container uses again cannot
 * be mistaken for the former holder.
 *
 * Several that find a stale lock at once must not all win. So each announces itself first, under a name of its
 * own that nobody uses again, and looks at the others after that: of two, the later announcement always sees
 * the earlier. Whoever sees a holder, or a smaller name that is still trying, withdraws; whoever sees a larger
 * one waits until that has withdrawn or holds.
 */
export class DataDirLock {
  readonly #folder: string;
  readonly #name = randomBytes(6).toString('hex');
  readonly #server: Server;
  #state: Contender['state'] = 'trying';

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((socket) => {
      // The other side may hang up at any time.
      socket.on('error', () => undefined);
      socket.end(JSON.stringify({ state: this.#state, pid: process.pid } satisfies Contender));
    });
  }

  /** Takes the lock, or rejects with `DATA_DIR_LOCKED` where another process has it. Creates the directory. */
  static async acquire(dataDir: string): Promise<DataDirLock> {
    const folder = join(dataDir, 'lock');
    const lock = new DataDirLock(folder);
    try {
      await makeFolder(folder);
      await lock.#announce(dataDir);
      await lock.#outlastOthers(dataDir);
    } catch (error) {
      await lock.release();
      throw isWaystationError(error) ? error : unusable(dataDir, error);
    }
    lock.#state = 'held';
    await lock.#sweep();
    return lock;
  }

  /** Gives the directory up. */
  async release(): Promise<void> {
    // What cannot be removed is a stale lock from now on.
    await removeSocket(this.#path(this.#name)).catch(() => undefined);
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  /** Listens under a passing name first: a socket that is bound but does not listen yet would look stale. */
  async #announce(dataDir: string): Promise<void> {
    const passing = this.#path(`${this.#name}.new`);
    const beyond = Buffer.byteLength(passing) - maxSocketPath;
    if (beyond > 0) {
      const given = Buffer.byteLength(dataDir);
      throw new WaystationError(
        'CONFIG_INVALID',
        `--data-dir ${dataDir} has ${String(given)} bytes, ${String(given - beyond)} are allowed: ` +
          'a unix socket in it is the lock',
      );
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(passing, resolve);
    });
    this.#server.unref();
    await rename(passing, this.#path(this.#name));
  }

  /** Removes the passing names of those who were killed while they announced themselves; what stays does no harm. */
  async #sweep(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.new'))) {
      const path = this.#path(name);
      const { mtimeMs = Infinity } = (await stat(path).catch(() => undefined)) ?? {};
      if (Date.now() - mtimeMs > passingMs) await removeDeadSocket(path).catch(() => undefined);
    }
  }

  async #outlastOthers(dataDir: string): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (name === this.#name || name.endsWith('.new')) continue;
      for (;;) {
        const other = await askContender(this.#path(name));
        if (other === 'gone') {
          await removeSocket(this.#path(name));
          break;
        }
        if (other === 'silent' || other.state === 'held' || name < this.#name) {
          throw new WaystationError(
            'DATA_DIR_LOCKED',
            `data-dir ${dataDir} is in use by another agent${other === 'silent' ? '' : ` (pid ${String(other.pid)})`}: ` +
              'stop that one, or give this one a --data-dir of its own',
          );
        }
        await delay(pollMs);
      }
    }
  }
}

function unusable(dataDir: string, error: unknown): WaystationError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new WaystationError(
    'DATA_DIR_UNUSABLE',
    `data-dir ${dataDir} cannot be locked (${code}): it must be a folder on a local file system that this user may write`,
    { cause: error },
  );
}

function askContender(path: string): Promise<Contender | 'gone' | 'silent'> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.setTimeout(answerMs, () => {
      socket.destroy();
      resolve('silent');
    });
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Whatever else goes wrong (its queue is full, we have no descriptor left) says nothing of the other side.
      const gone = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      resolve(gone ? 'gone' : 'silent');
    });
    socket.once('close', () => {
      resolve(parseContender(answer));
    });
  });
}

function parseContender(answer: string): Contender | 'silent' {
  try {
    return contenderSchema.parse(JSON.parse(answer));
  } catch {
    return 'silent';
  }
}
