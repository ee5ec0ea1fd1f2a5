import type { CancelSignal } from './cancel.ts';

/** A store's revision: rises with every write, and every value derived from the store carries it. */
export type Revision = number;

/** One key as the store holds it. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
  /** Revision of the last write to this key. */
  readonly modRevision: Revision;
  /** Revision at which this key came into being (again, after a delete). */
  readonly createRevision: Revision;
}

/** All keys below a prefix at one revision, in the keys' order. */
export interface StoreSnapshot {
  readonly revision: Revision;
  /** Identity of the cluster that answered: differs after a restore into a new one. */
  readonly clusterId: string;
  readonly entries: readonly StoreEntry[];
}

/** One change seen by a watch. */
export type StoreEvent =
  | { readonly type: 'put'; readonly entry: StoreEntry }
  | { readonly type: 'delete'; readonly key: string; readonly revision: Revision };

/**
 * What a watch yields: the changes of one or more revisions in order; without any, a sign of life that tells
 * how far the store had come.
 */
export interface WatchBatch {
  readonly revision: Revision;
  readonly events: readonly StoreEvent[];
}

/** A condition of a transaction: the key's last write is at exactly this revision; 0: the key does not exist. */
export interface StoreCompare {
  readonly key: string;
  readonly modRevision: Revision;
}

/** A write of a transaction. */
export type StoreWrite =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly value: string;
      /** Id of the lease that the key ends with; absent: it stays. One that has ended fails the transaction as a whole. */
      readonly lease?: string;
    }
  | { readonly type: 'delete'; readonly key: string };

/** How a transaction ended; when its conditions did not hold, what stands under the compared keys now. */
export type TransactionResult =
  | { readonly committed: true; readonly revision: Revision }
  | { readonly committed: false; readonly revision: Revision; readonly current: readonly StoreEntry[] };

/** A lease: what is put under it vanishes when it ends. */
export interface StoreLease {
  readonly id: string;
  /** Aborted once the lease has ended, or must be believed ended, by whatever cause. Its keys are gone. */
  readonly lost: CancelSignal;
  /** Puts a key that lives as long as the lease. */
  put(key: string, value: string): Promise<Revision>;
  /** Ends the lease and deletes its keys. Ending one that is lost already is no error. */
  revoke(): Promise<void>;
}

/** Options of every call that waits. */
export interface CallOptions {
  /** Abandons the call; it then rejects with the signal's reason. */
  readonly signal?: CancelSignal;
}

/** Options of a lease. */
export interface LeaseOptions extends CallOptions {
  /** Default true; otherwise the lease ends `ttlMs` after it was granted, whoever lives on. */
  readonly keepAlive?: boolean;
}

/**
 * Where strategies live. Every call has a deadline of its own and rejects with a `WaystationError` whose code
 * begins with `STORE_`.
 */
export interface ConfigStore {
  /** All keys that begin with `prefix`, linearizable: a member that lost its quorum does not answer. */
  list(prefix: string, options?: CallOptions): Promise<StoreSnapshot>;
  /** One key, linearizable; `entry` is absent where the key is. */
  get(
    key: string,
    options?: CallOptions,
  ): Promise<{ revision: Revision; clusterId: string; entry?: StoreEntry }>;
  /**
   * Every change below `prefix` from `fromRevision` on, none twice, none left out, and a batch without events
   * as a sign of life at least every few seconds. It never reconnects behind the caller's back with a gap: it
   * throws `STORE_COMPACTED` or `STORE_WATCH_LOST`, which means "list again and watch anew", or ends when
   * `signal` aborts.
   */
  watch(prefix: string, fromRevision: Revision, options?: CallOptions): AsyncIterable<WatchBatch>;
  /** All writes or none, on condition that all compares hold. */
  transact(
    compares: readonly StoreCompare[],
    writes: readonly StoreWrite[],
    options?: CallOptions,
  ): Promise<TransactionResult>;
  /** Grants a lease of `ttlMs` (≥ 1000; rounded up to seconds) and keeps it alive until revoked or lost. */
  lease(ttlMs: number, options?: LeaseOptions): Promise<StoreLease>;
  /** Ends watches and connections. Leases are left to run out unless revoked before. */
  close(): Promise<void>;
}
