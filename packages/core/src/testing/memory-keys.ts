import { WaystationError } from '../errors.ts';
import type { Revision, StoreEntry, StoreEvent, StoreWrite } from '../store.ts';

/** Keys, values and their history as etcd keeps them: one revision a transaction, none for one that changes nothing. */
export class MemoryKeys {
  #revision: Revision = 1;
  #compacted: Revision = 0;
  #entries = new Map<string, StoreEntry>();
  #history: StoreEvent[] = [];

  get revision(): Revision {
    return this.#revision;
  }

  entry(key: string): StoreEntry | undefined {
    return this.#entries.get(key);
  }

  /** All entries below a prefix, in the keys' order. */
  below(prefix: string): readonly StoreEntry[] {
    return [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Every change below a prefix from a revision on; throws where a part of them is forgotten. */
  since(prefix: string, from: Revision): readonly StoreEvent[] {
    if (from < this.#compacted) {
      throw new WaystationError(
        'STORE_COMPACTED',
        `the history before revision ${String(this.#compacted)} is compacted, wanted from ${String(from)} on`,
      );
    }
    return this.#history.filter(
      (event) =>
        (event.type === 'put' ? event.entry.key : event.key).startsWith(prefix) && revisionOf(event) >= from,
    );
  }

  /** Writes all at one revision. */
  write(writes: readonly StoreWrite[]): void {
    if (new Set(writes.map(({ key }) => key)).size < writes.length) {
      throw new WaystationError('STORE_FAILED', 'a transaction writes no key twice');
    }
    const telling = writes.filter(({ type, key }) => type === 'put' || this.#entries.has(key));
    if (telling.length === 0) return;
    this.#revision += 1;
    const revision = this.#revision;
    for (const write of telling) {
      if (write.type === 'delete') {
        this.#entries.delete(write.key);
        this.#history.push({ type: 'delete', key: write.key, revision });
      } else {
        const createRevision = this.#entries.get(write.key)?.createRevision ?? revision;
        const entry = { key: write.key, value: write.value, modRevision: revision, createRevision };
        this.#entries.set(write.key, entry);
        this.#history.push({ type: 'put', entry });
      }
    }
  }

  /** Forgets the history before `revision`. */
  compact(revision: Revision): void {
    this.#compacted = Math.max(this.#compacted, revision);
    this.#history = this.#history.filter((event) => revisionOf(event) >= this.#compacted);
  }

  copy(): MemoryKeys {
    const copy = new MemoryKeys();
    copy.#revision = this.#revision;
    copy.#compacted = this.#compacted;
    copy.#entries = new Map(this.#entries);
    copy.#history = [...this.#history];
    return copy;
  }
}

function revisionOf(event: StoreEvent): Revision {
  return event.type === 'put' ? event.entry.modRevision : event.revision;
}
