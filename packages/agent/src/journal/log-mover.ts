import { pause } from '../pause.ts';
import type { EntryDatabase } from './entry-database.ts';
import type { LoggedEntries } from './logged-entries.ts';

/** What a mover moves, and where to. */
export interface LogMoverParts {
  readonly database: Pick<EntryDatabase, 'move'>;
  readonly logged: LoggedEntries;
}

/** How a mover goes on. */
export interface LogMoverOptions {
  /** Between two tries to move what the database did not take, in ms. Default 5 s. */
  readonly retryMs?: number;
}

/** Moves what was logged into the database, a generation at a time. */
export class LogMover {
  readonly #parts: LogMoverParts;
  readonly #retryMs: number;
  #patience: AbortController | undefined;
  #trouble: Error | undefined;
  #attempt: Promise<void> = Promise.resolve();

  constructor(parts: LogMoverParts, { retryMs = 5000 }: LogMoverOptions = {}) {
    this.#parts = parts;
    this.#retryMs = retryMs;
  }

  /** Why the database does not take what was logged; undefined: it does. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** The last try to move; it resolves whether or not it is in vain, which `trouble` tells then. */
  get attempt(): Promise<void> {
    return this.#attempt;
  }

  /** Goes on trying from now on where the disk refuses. */
  start(): void {
    this.#patience = new AbortController();
  }

  /** Tries once more at most: what is not moved is found in the log by the next start. */
  stop(): void {
    this.#patience?.abort();
    this.#patience = undefined;
  }

  /** Ends a generation at once, and resolves when all of it is in the database; false: it could not be moved. */
  async move(generation: number): Promise<boolean> {
    const { database, logged } = this.#parts;
    const ended = logged.turn();
    for (;;) {
      this.#attempt = database.move(ended, generation).then(
        () => {
          this.#trouble = undefined;
        },
        (error: unknown) => {
          this.#trouble = error instanceof Error ? error : new Error(String(error));
        },
      );
      await this.#attempt;
      if (this.#trouble === undefined) {
        logged.moved();
        return true;
      }
      if (this.#patience === undefined) return false;
      await pause(this.#retryMs, [this.#patience.signal]);
    }
  }
}
