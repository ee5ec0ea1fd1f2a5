import type { PlacedEntry } from './entry-place.ts';

/** Entries that are remembered at most; whoever needs more of them reads them. */
const mostRemembered = 4096;

/** The messages under way that were written last: what this process wrote itself it need not read again. */
export class RecentEntries {
  readonly #entries = new Map<string, PlacedEntry>();

  get(name: string): PlacedEntry | undefined {
    return this.#entries.get(name);
  }

  /** Told of each entry that stands on the disk; of those that are over nobody asks soon. */
  note(name: string, placed: PlacedEntry): void {
    this.#entries.delete(name);
    if (placed.entry.state !== 'open') return;
    this.#entries.set(name, placed);
    if (this.#entries.size <= mostRemembered) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(name: string): void {
    this.#entries.delete(name);
  }
}
