import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaystationError } from '@waystation/core';
import { makeFolder } from '../disk/make-folder.ts';
import { replaceFile } from '../disk/replace-file.ts';

/** The format that this version writes; a newer one is refused, since its promises are not understood here. */
const journalFormat = 2;

/** File systems that other hosts share, by the number that Linux gives them: locks and mappings fail on these. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x47504653, 'GPFS'],
]);

const keyBytes = 32;

/** Tells the number of the file system that a path lies on; undefined: not known. */
type FileSystemOf = (path: string) => Promise<number | undefined>;

/** The folder `journal` of a data directory: its format, its key, and whether its last user closed it. */
export class JournalFolder {
  readonly path: string;
  readonly #fileSystemOf: FileSystemOf;

  constructor(dataDir: string, fileSystemOf: FileSystemOf = fileSystemOnLinux) {
    this.path = join(dataDir, 'journal');
    this.#fileSystemOf = fileSystemOf;
  }

  /** Makes the folder where it is missing; rejects where it cannot be used, or was written by a newer version. */
  async prepare(): Promise<void> {
    try {
      await makeFolder(this.path);
      // `ENOTDIR` where it is a file.
      await readdir(this.path);
      await chmod(this.path, 0o700);
    } catch (error) {
      throw unusable(this.path, codeOf(error), error);
    }
    await this.#refuseNetwork();
    const format = await readFile(this.#file('format'), 'utf8').catch(() => undefined);
    if (format !== undefined && Number(format) > journalFormat) {
      throw new WaystationError(
        'JOURNAL_TOO_NEW',
        `journal ${this.path} has format ${format.trim().slice(0, 20)}, this version reads up to ` +
          `${String(journalFormat)}: start the newer version again, or give another --data-dir`,
      );
    }
  }

  /** The key that lies in the folder; undefined where there is none. */
  async foundKey(): Promise<Buffer | undefined> {
    const found = await readFile(this.#file('key')).catch(() => undefined);
    return found?.length === keyBytes ? found : undefined;
  }

  /** The key that lies in the folder; made where there is none. */
  async ownKey(): Promise<Buffer> {
    const found = await this.foundKey();
    if (found !== undefined) return found;
    const made = randomBytes(keyBytes);
    const temporary = this.#file('key.new');
    await writeFile(temporary, made, { mode: 0o600, flush: true });
    await rename(temporary, this.#file('key'));
    return made;
  }

  /** Whether the last that opened the journal did not close it. */
  async wasLeftOpen(): Promise<boolean> {
    return access(this.#file('open')).then(
      () => true,
      () => false,
    );
  }

  /** Notes that the journal is open from now on. */
  async noteOpen(): Promise<void> {
    await replaceFile(this.#file('format'), `${String(journalFormat)}\n`);
    await writeFile(this.#file('open'), '', { mode: 0o600 });
  }

  async noteClosed(): Promise<void> {
    await rm(this.#file('open'), { force: true });
  }

  /** Moves the journal out of the way, with all that it knew, and gives its new path. */
  async setAside(wallTime: number): Promise<string> {
    const aside = `${this.path}.damaged-${new Date(wallTime).toISOString().replaceAll(':', '')}`;
    await rename(this.path, aside);
    await mkdir(this.path, { mode: 0o700 });
    return aside;
  }

  async #refuseNetwork(): Promise<void> {
    const type = await this.#fileSystemOf(this.path);
    const name = type === undefined ? undefined : networkFileSystemName(type);
    if (name !== undefined) throw unusable(this.path, `it lies on ${name}, which is shared between hosts`);
  }

  #file(name: string): string {
    return join(this.path, name);
  }
}

/** The number of the file system that a path lies on, as Linux gives it; undefined: not known here. */
export async function fileSystemOnLinux(path: string): Promise<number | undefined> {
  return process.platform === 'linux' ? (await statfs(path)).type : undefined;
}

/** What a shared file system is called; undefined for a local one. */
export function networkFileSystemName(type: number): string | undefined {
  return networkFileSystems.get(type);
}

function unusable(path: string, reason: string, cause?: unknown): WaystationError {
  return new WaystationError(
    'DATA_DIR_UNUSABLE',
    `journal ${path} cannot be used (${reason}): it needs a folder on a local file system that this user may write`,
    { cause },
  );
}

/** The system's code of an error, or what there is in its place. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
