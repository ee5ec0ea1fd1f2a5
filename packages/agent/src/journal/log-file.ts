import { constants, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Room that is taken at once: within it a write changes nothing but its own bytes, which is all that a flush costs. */
const stepBytes = 256 * 1024;

/** One of the files of the journal's log: written on from its beginning, and emptied whole. */
export class LogFile {
  readonly #handle: FileHandle;
  #size: number;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /** Opens the file, or makes it. */
  static async open(path: string): Promise<LogFile> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const { size } = await handle.stat();
    return new LogFile(handle, size);
  }

  async read(): Promise<Buffer> {
    const bytes = Buffer.alloc(this.#size);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, at, bytes.length - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  }

  /** Takes the room up to `end`; rejects where there is none. */
  async reserve(end: number): Promise<void> {
    if (end <= this.#size) return;
    const size = Math.ceil(end / stepBytes) * stepBytes;
    await this.#writeAll(Buffer.alloc(size - this.#size), this.#size);
    this.#size = size;
  }

  /** Resolves once the bytes are on the disk, from `at`. */
  async write(bytes: Buffer, at: number): Promise<void> {
    await this.#writeAll(bytes, at);
    await this.#handle.datasync();
  }

  async empty(): Promise<void> {
    await this.#handle.truncate(0);
    this.#size = 0;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #writeAll(bytes: Buffer, start: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
  }
}
