import { pause } from '../pause.ts';
import type { EntryDatabase } from './entry-database.ts';
import type { LoggedEntries } from './logged-entries.ts';

/** What a mover moves, and where to. */
export interface LogMoverParts {
  readonly database: Pick<EntryDatabase, 'move'>;
  readonly logged: LoggedEntries;
}

/** Between two tries to move what the database did not take. */
const retryMs = 5000;

/** Moves what was logged into the database, a generation at a time, and goes on trying where the disk refuses. */
export class LogMover {
  readonly #parts: LogMoverParts;
  readonly #stopped = new AbortController();
  #trouble: Error | undefined;

  constructor(parts: LogMoverParts) {
    this.#parts = parts;
  }

  /** Why the database does not take what was logged; undefined: it does. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** Tries no more than once from now on: what is not moved is found in the log by the next start. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Ends a generation at once, and resolves when all of it is in the database; false: it could not be moved. */
  async move(generation: number): Promise<boolean> {
    const { database, logged } = this.#parts;
    const ended = logged.turn();
    for (;;) {
      try {
        await database.move(ended, generation);
        logged.moved();
        this.#trouble = undefined;
        return true;
      } catch (error) {
        this.#trouble = error instanceof Error ? error : new Error(String(error));
        if (this.#stopped.signal.aborted) return false;
        await pause(retryMs, [this.#stopped.signal]);
      }
    }
  }
}
