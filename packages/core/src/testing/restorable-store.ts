import type { StoreEntry, StoreEvent } from '../store.ts';

/** A store that can be written, restored from an older state, and cut off. */
export class RestorableStore {
  revision = 1;
  clusterId = 'c1';
  /** Rises with every restore: a watch belongs to the process it was opened at. */
  incarnation = 0;
  entries = new Map<string, StoreEntry>();
  log: StoreEvent[] = [];
  #saved: { revision: number; entries: Map<string, StoreEntry>; log: StoreEvent[] } | undefined;

  put(key: string, value: string): void {
    this.revision += 1;
    const entry = { key, value, modRevision: this.revision, createRevision: this.revision };
    this.entries.set(key, entry);
    this.log.push({ type: 'put', entry });
  }

  delete(key: string): void {
    if (!this.entries.delete(key)) return;
    this.revision += 1;
    this.log.push({ type: 'delete', key, revision: this.revision });
  }

  save(): void {
    this.#saved = { revision: this.revision, entries: new Map(this.entries), log: [...this.log] };
  }

  restore(clusterId: string): void {
    if (this.#saved === undefined) return;
    this.revision = this.#saved.revision;
    this.entries = new Map(this.#saved.entries);
    this.log = [...this.#saved.log];
    this.clusterId = clusterId;
    this.incarnation += 1;
  }

  after(revision: number): StoreEvent[] {
    return this.log.filter(
      (event) => (event.type === 'put' ? event.entry.modRevision : event.revision) > revision,
    );
  }
}
