import type { StoreEvent, WatchBatch } from '@waystation/core';

/**
 * How far a watch has come. Whoever reads a revision at the watch's own member knows that the changes up to it are
 * on their way, not that they have arrived; once nothing at or below it has come for a whole period, they have.
 * (etcd's own answer to a progress request may run ahead of changes before 3.4.25 and 3.5.8.)
 */
export class WatchProgress {
  /** Everything up to here was told. */
  #told: number;
  #asked: { readonly revision: number; late: boolean } | undefined;

  /** Begins with a watch that tells everything after `told`. */
  constructor(told: number) {
    this.#told = told;
  }

  /** The changes as a batch; a text instead where they contradict what was told before. */
  onEvents(events: readonly StoreEvent[]): WatchBatch | string {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return { revision: this.#told, events };
    if (revisionOf(first) <= this.#told) {
      return `revision ${String(revisionOf(first))} came after all up to ${String(this.#told)} was told`;
    }
    if (this.#asked !== undefined && revisionOf(first) <= this.#asked.revision) this.#asked.late = true;
    this.#told = revisionOf(last);
    return { revision: this.#told, events };
  }

  /** What a read of the member's revision proves, as a sign of life; a text where the store went back. */
  onRead(revision: number): WatchBatch | string {
    if (revision < this.#told) {
      return `the store is at revision ${String(revision)}, before ${String(this.#told)} that was told`;
    }
    if (this.#asked?.late === false) this.#told = Math.max(this.#told, this.#asked.revision);
    this.#asked = { revision, late: false };
    return { revision: this.#told, events: [] };
  }
}

function revisionOf(event: StoreEvent): number {
  return event.type === 'put' ? event.entry.modRevision : event.revision;
}
