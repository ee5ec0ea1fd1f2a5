import { close, constants, fdatasync, fstat, ftruncate, open, read, write } from 'node:fs';
import { promisify } from 'node:util';

/** Room that is taken at once: within it a write changes nothing but its own bytes, which is all that a flush costs. */
const stepBytes = 256 * 1024;

/** On Linux a write can be its own flush, which spares a turn by the system; elsewhere that promises less. */
const flushes = process.platform === 'linux';
const openFlags = constants.O_RDWR | constants.O_CREAT | (flushes ? constants.O_DSYNC : 0);

const openFile = promisify(open);
const closeFile = promisify(close);
const stat = promisify(fstat);
const truncate = promisify(ftruncate);
const flush = promisify(fdatasync);
const readFrom = promisify(read);
const writeTo = promisify(write);

/** One of the files of the journal's log: written on from its beginning, and emptied whole. */
export class LogFile {
  readonly #descriptor: number;
  #size: number;
  #closed: Promise<void> | undefined;

  private constructor(file: number, size: number) {
    this.#descriptor = file;
    this.#size = size;
  }

  /** Opens the file, or makes it. */
  static async open(path: string): Promise<LogFile> {
    const file = await openFile(path, openFlags, 0o600);
    const { size } = await stat(file);
    return new LogFile(file, size);
  }

  async read(): Promise<Buffer> {
    const bytes = Buffer.alloc(this.#size);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await readFrom(this.#file, bytes, at, bytes.length - at, at);
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
    if (!flushes) await flush(this.#file);
  }

  async empty(): Promise<void> {
    await truncate(this.#file, 0);
    this.#size = 0;
  }

  /** Nothing is written from now on; closing it again is no mistake. */
  close(): Promise<void> {
    this.#closed ??= closeFile(this.#descriptor);
    return this.#closed;
  }

  /** Once it is closed its number may be another file's. */
  get #file(): number {
    if (this.#closed !== undefined) throw new Error("the journal's log is closed");
    return this.#descriptor;
  }

  async #writeAll(bytes: Buffer, start: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await writeTo(this.#file, bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
  }
}
