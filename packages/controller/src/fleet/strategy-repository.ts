import { isWaystationError, WaystationError } from '@waystation/core';
import type { CallOptions, HistoryEntry, Revision, StoreWrite } from '@waystation/core';
import { describeConflict } from './conflict.ts';
import { eventWrites, listEvents, makeEvent } from './events.ts';
import type { FleetWriter } from './fleet-writer.ts';
import { latestSeq, readHistory } from './history.ts';

/** The strategy as it stands in the store. */
export interface CurrentStrategy {
  readonly revision: Revision;
  readonly text: string;
}

/** A change to be made: everything that history keeps of it. */
export interface StrategyEdit {
  /** Revision that the change was made from; 0: there was no strategy. */
  readonly base: Revision;
  /** Digest of the strategy before, where it had one. */
  readonly parent?: string;
  readonly document: unknown;
  readonly digest: string;
  /** The command, e.g. `weights set`. */
  readonly action: string;
  /** The change in a sentence. */
  readonly summary: string;
  readonly reason?: string;
}

/** A change that was made. */
export interface CommittedEdit {
  readonly revision: Revision;
  readonly seq: number;
}

const maxTries = 5;

/** Reads and edits one fleet's strategy; every edit is one transaction with its history and its event. */
export class StrategyRepository {
  readonly #writer: FleetWriter;

  constructor(writer: FleetWriter) {
    this.#writer = writer;
  }

  /** The strategy now; undefined where there is none. */
  async read(options?: CallOptions): Promise<CurrentStrategy | undefined> {
    const { entry } = await this.#writer.store.get(this.#writer.keys.strategy, options);
    return entry === undefined ? undefined : { revision: entry.modRevision, text: entry.value };
  }

  /** Number of the newest history entry, 0 for an empty history. */
  async newestSeq(options?: CallOptions): Promise<number> {
    const { events } = await listEvents(this.#writer.store, this.#writer.keys, options);
    return this.#newestSeq(seqHint(events), options);
  }

  /**
   * Makes a change, or rejects with `STRATEGY_CONFLICT` where the strategy is no longer the one the change was
   * made from. Where the answer got lost on the way, the history tells whether the change was made.
   */
  async commit(edit: StrategyEdit, options?: CallOptions): Promise<CommittedEdit> {
    for (let attempt = 0; attempt < maxTries; attempt += 1) {
      const { events } = await listEvents(this.#writer.store, this.#writer.keys, options);
      const seq = (await this.#newestSeq(seqHint(events), options)) + 1;
      const { entry, event } = this.#records(edit, seq);
      const historyKey = this.#writer.keys.historyEntry(seq);
      const writes: readonly StoreWrite[] = [
        { type: 'put', key: this.#writer.keys.strategy, value: JSON.stringify(edit.document) },
        { type: 'put', key: historyKey, value: JSON.stringify(entry) },
        ...eventWrites(this.#writer.keys, event, events),
      ];
      const revision = await this.#transact(edit.base, historyKey, writes, JSON.stringify(entry), options);
      if (revision !== undefined) return { revision, seq };
      const current = await this.read(options);
      if ((current?.revision ?? 0) !== edit.base) throw await this.conflict(edit.base, options);
      // The strategy is untouched, so the number was taken: by a history that has holes. Look again.
    }
    throw new WaystationError(
      'STORE_FAILED',
      `found no free number in ${this.#writer.keys.history} in ${maxTries} tries`,
    );
  }

  /** The error for a strategy that is no longer at the revision it should be at, naming who changed it and when. */
  async conflict(expected: Revision, options?: CallOptions): Promise<WaystationError> {
    const current = await this.read(options);
    const seq = await this.newestSeq(options);
    const newest =
      seq === 0 ? undefined : await readHistory(this.#writer.store, this.#writer.keys, seq, options);
    return describeConflict({
      author: this.#writer.author,
      expected,
      ...(current === undefined ? {} : { current }),
      ...(newest === undefined ? {} : { newest }),
    });
  }

  #records(edit: StrategyEdit, seq: number) {
    const at = this.#writer.clock.wallTime();
    const reason = edit.reason === undefined ? {} : { reason: edit.reason };
    const entry: HistoryEntry = {
      schemaVersion: 1,
      seq,
      document: edit.document,
      digest: edit.digest,
      ...(edit.parent === undefined ? {} : { parent: edit.parent }),
      by: this.#writer.author,
      at: new Date(at).toISOString(),
      ...reason,
      action: edit.action,
    };
    const draft = {
      type: 'strategy-changed',
      summary: edit.summary,
      data: { seq, digest: edit.digest },
      ...reason,
    };
    return { entry, event: makeEvent(draft, this.#writer.author, at, this.#writer.random) };
  }

  /** The revision of the change; undefined where a condition did not hold. */
  async #transact(
    base: Revision,
    historyKey: string,
    writes: readonly StoreWrite[],
    written: string,
    options?: CallOptions,
  ): Promise<Revision | undefined> {
    const compares = [
      { key: this.#writer.keys.strategy, modRevision: base },
      { key: historyKey, modRevision: 0 },
    ];
    try {
      const result = await this.#writer.store.transact(compares, writes, options);
      return result.committed ? result.revision : undefined;
    } catch (error) {
      if (!isWaystationError(error, 'STORE_TIMEOUT') && !isWaystationError(error, 'STORE_UNAVAILABLE')) {
        throw error;
      }
      return this.#afterLostAnswer(historyKey, written, error, options);
    }
  }

  async #afterLostAnswer(
    historyKey: string,
    written: string,
    error: WaystationError,
    options?: CallOptions,
  ): Promise<Revision> {
    let entry;
    try {
      ({ entry } = await this.#writer.store.get(historyKey, options));
    } catch {
      throw new WaystationError(
        error.code,
        `${error.message}; whether the change was made is not known: see "wayctl strategy history"`,
        { cause: error },
      );
    }
    if (entry?.value === written) return entry.modRevision;
    throw new WaystationError(error.code, `${error.message}; the change was not made`, { cause: error });
  }

  async #newestSeq(hint: number, options?: CallOptions): Promise<number> {
    const newest = await latestSeq(this.#writer.store, this.#writer.keys, hint, options);
    if (newest > 0) return newest;
    // Either the fleet is new, or somebody removed the history's beginning by hand: then it has to be listed.
    const { entries } = await this.#writer.store.list(this.#writer.keys.history, options);
    return Math.max(0, ...entries.map(({ key }) => Number(key.slice(this.#writer.keys.history.length)) || 0));
  }
}

function seqHint(
  events: readonly { readonly event: { readonly data?: Record<string, unknown> | undefined } }[],
) {
  for (const { event } of [...events].reverse()) {
    const seq = event.data?.['seq'];
    if (typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0) return seq;
  }
  return 0;
}
