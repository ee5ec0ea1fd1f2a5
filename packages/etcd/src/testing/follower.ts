import type { ConfigStore } from '@waystation/core';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Holds what stands below a prefix as every reader must: it lists, watches from there, and begins anew when the
 * watch is lost.
 */
export class Follower {
  /** Key and value, as far as the store has told. */
  readonly held = new Map<string, string>();
  /** Codes of the errors that ended a list or a watch, in order. */
  readonly troubles: string[] = [];
  /** How often it has listed. */
  lists = 0;
  readonly #store: ConfigStore;
  readonly #prefix: string;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;

  constructor(store: ConfigStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        const { entries, revision } = await this.#store.list(this.#prefix, { signal });
        this.lists += 1;
        this.held.clear();
        for (const { key, value } of entries) this.held.set(key, value);
        for await (const { events } of this.#store.watch(this.#prefix, revision + 1, { signal })) {
          for (const event of events) {
            if (event.type === 'delete') this.held.delete(event.key);
            else this.held.set(event.entry.key, event.entry.value);
          }
        }
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.troubles.push(error instanceof Error && 'code' in error ? String(error.code) : String(error));
        await sleep(100);
      }
    }
  }
}
