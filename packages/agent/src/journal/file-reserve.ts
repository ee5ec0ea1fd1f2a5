import { open } from 'node:fs/promises';

const pageBytes = 4096;
const stepBytes = 1024 * 1024;
/** The pages that one write of the database copies at most, beside its own bytes. */
const copiedBytes = 16 * pageBytes;
/** Always left, whatever is under way. */
const leastBytes = 64 * pageBytes;

/**
 * Keeps space on the disk ahead of a database. A disk that fills up within a write of LMDB can cost the process;
 * so the file is made longer before, by writes of our own, whose failure is only an error.
 */
export class FileReserve {
  readonly #path: string;
  readonly #usedPages: () => number;
  #pending = 0;
  #size = 0;
  #last: Promise<void> = Promise.resolve();

  /** `usedPages` tells how much of the file the database uses by now. */
  constructor(path: string, usedPages: () => number) {
    this.#path = path;
    this.#usedPages = usedPages;
  }

  /** Makes sure that a write of `bytes` finds its space; rejects with the system's error. Call `release` after it. */
  async take(bytes: number): Promise<void> {
    const needed = 2 * bytes + copiedBytes;
    this.#pending += needed;
    const run = this.#last.then(() => this.#extend());
    this.#last = run.catch(() => undefined);
    try {
      await run;
    } catch (error) {
      this.#pending -= needed;
      throw error;
    }
  }

  release(bytes: number): void {
    this.#pending -= 2 * bytes + copiedBytes;
  }

  async #extend(): Promise<void> {
    const wanted = (this.#usedPages() + 1) * pageBytes + this.#pending + leastBytes;
    if (wanted <= this.#size) return;
    const file = await open(this.#path, 'r+');
    try {
      // Only ever beyond the end: what the database has written is not touched.
      let { size } = await file.stat();
      while (size < wanted) {
        const { bytesWritten } = await file.write(Buffer.alloc(stepBytes), 0, stepBytes, size);
        size += bytesWritten;
      }
      this.#size = size;
    } finally {
      await file.close();
    }
  }
}
