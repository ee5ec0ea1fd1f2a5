import { open } from 'node:fs/promises';

const pageBytes = 4096;
const stepBytes = 1024 * 1024;
/** The pages that one entry copies at most, and those that it begins, beside its own bytes. */
const copiedPages = 16;
const newPages = 4;
/** Always left, whatever is under way. */
const leastBytes = 64 * pageBytes;

/**
 * Keeps space on the disk ahead of a database. A disk that fills up within a write of LMDB can cost the process;
 * so the file is made longer before, by writes of our own, whose failure is only an error.
 */
export class FileReserve {
  readonly #path: string;
  readonly #usedPages: () => number;
  #size = 0;

  /** `usedPages` tells how much of the file the database uses by now. */
  constructor(path: string, usedPages: () => number) {
    this.#path = path;
    this.#usedPages = usedPages;
  }

  /**
   * Makes sure that the next transaction finds the room for `entries` of `bytes` in all; rejects with the system's
   * error. One at a time.
   */
  async take(bytes: number, entries: number): Promise<void> {
    const used = this.#usedPages();
    // An entry copies some pages; all of them none more than once.
    const copied = Math.min(entries * copiedPages, used + entries * newPages);
    const wanted = (used + 1 + copied) * pageBytes + 2 * bytes + leastBytes;
    if (wanted > this.#size) await this.#extend(wanted);
  }

  async #extend(wanted: number): Promise<void> {
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
