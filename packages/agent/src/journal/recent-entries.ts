import type { PlacedEntry } from './entry-place.ts';

/** Entries that are remembered at most; whoever needs more of them reads them. */
const mostRemembered = 4096;

/** The messages under way that were written last: what this process wrote itself it need not read again. */
export class RecentEntries {
  readonly #entries = new Map<string, PlacedEntry>();
  /** Names of which there was nothing, and under which nothing was written since. */
  readonly #absent = new Set<string>();

  get(name: string): PlacedEntry | undefined {
    return this.#entries.get(name);
  }

  /** Told of each entry that stands on the disk; of those that are over nobody asks soon. */
  note(name: string, placed: PlacedEntry): void {
    this.#entries.delete(name);
    if (placed.entry.state !== 'open') return;
    this.#entries.set(name, placed);
    if (this.#entries.size > mostRemembered) forgetOldest(this.#entries);
  }

  /** Whether nothing stands under a name, as far as that is remembered. */
  isAbsent(name: string): boolean {
    return this.#absent.has(name);
  }

  /** Told of a name under which nothing stands: whoever asked is about to write. */
  noteAbsent(name: string): void {
    this.#absent.add(name);
    if (this.#absent.size > mostRemembered) forgetOldest(this.#absent);
  }

  /** Told before a name is written, and of each that is taken out. */
  forget(name: string): void {
    this.#entries.delete(name);
    this.#absent.delete(name);
  }
}

function forgetOldest(remembered: Pick<Set<string>, 'keys' | 'delete'>): void {
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
