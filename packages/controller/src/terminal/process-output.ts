import type { OutputStream } from '../world.ts';

/** Standard output or error of this process. Once its reader went away (`| head`), writes are dropped quietly. */
export class ProcessOutput implements OutputStream {
  readonly #stream: NodeJS.WriteStream;
  readonly #closed = new AbortController();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Begins to listen for the reader going away. */
  start(): void {
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      this.#closed.abort();
    });
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY;
  }

  get columns(): number {
    return this.#stream.isTTY ? this.#stream.columns : 80;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  write(text: string): void {
    if (!this.#closed.signal.aborted) this.#stream.write(text);
  }

  /** Waits until everything written has been handed on. */
  async flush(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#closed.signal.addEventListener('abort', () => {
        resolve();
      });
      this.#stream.write('', () => {
        resolve();
      });
    });
  }
}
