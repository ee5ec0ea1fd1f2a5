import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pause } from '../pause.ts';

/** A file's content with its permission bits, or in words why it cannot be read. */
export type FileContent =
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly reason: string };

/** Which file, and how closely it is looked at. */
export interface FileWatchOptions {
  readonly path: string;
  /** The longest file that is read, in bytes. */
  readonly maxBytes: number;
  /** How long a change must stand still before it counts: writers take their time. Default 100 ms. */
  readonly settleMs?: number;
  /** How often the file is looked at where the system tells of no change. Default 2 s. */
  readonly pollMs?: number;
}

/**
 * Follows a file. Its folder is watched, not the file: editors and configuration tools replace the file or a link
 * above it. A look at regular intervals finds what no event told of.
 */
export class FileWatch {
  readonly #onChange: (content: FileContent) => void;
  readonly #options: Required<FileWatchOptions>;
  readonly #stopping = new AbortController();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #seen: string | undefined;

  /** `onChange` is told of every content or mode that differs from the one before, and of every new reason. */
  constructor(onChange: (content: FileContent) => void, options: FileWatchOptions) {
    this.#onChange = onChange;
    this.#options = { settleMs: 100, pollMs: 2000, ...options };
  }

  /** Reads the file once, then follows it; what was read is the answer, and `onChange` is not told of it. */
  async start(): Promise<FileContent> {
    const content = await this.#read();
    this.#seen = keyOf(content);
    this.#watch();
    this.#poll = setInterval(() => {
      if (this.#watcher === undefined) this.#watch();
      this.#look();
    }, this.#options.pollMs);
    this.#poll.unref();
    return content;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#poll);
    this.#watcher?.close();
    await this.#looking;
  }

  #watch(): void {
    try {
      const watcher = watch(dirname(this.#options.path), { persistent: false }, () => {
        this.#look();
      });
      this.#watcher = watcher;
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
    } catch {
      // The folder is not there, or the system has no watch left: the regular look does.
      this.#watcher = undefined;
    }
  }

  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilStill().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookUntilStill(): Promise<void> {
    while (this.#lookAgain && !this.#isStopping()) {
      this.#lookAgain = false;
      const key = keyOf(await this.#read());
      if (key === this.#seen) continue;
      await pause(this.#options.settleMs, [this.#stopping.signal]);
      if (this.#isStopping()) return;
      const settled = await this.#read();
      if (keyOf(settled) !== key) {
        this.#lookAgain = true;
        continue;
      }
      this.#seen = key;
      this.#onChange(settled);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #read(): Promise<FileContent> {
    const { path, maxBytes } = this.#options;
    try {
      const found = await stat(path);
      if (!found.isFile()) return { ok: false, reason: `${path} is not a file` };
      if (found.size > maxBytes) {
        return {
          ok: false,
          reason: `${path} has ${String(found.size)} bytes, at most ${String(maxBytes)} are read`,
        };
      }
      return { ok: true, text: await readFile(path, 'utf8'), mode: found.mode & 0o777 };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return { ok: false, reason: `${path} cannot be read (${code})` };
    }
  }
}

function keyOf(content: FileContent): string {
  return content.ok ? `text ${String(content.mode)} ${content.text}` : `reason ${content.reason}`;
}
