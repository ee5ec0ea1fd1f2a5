import { isWaystationError } from '@waystation/core';
import type {
  CallOptions,
  ConfigStore,
  LeaseOptions,
  Revision,
  StoreCompare,
  StoreEntry,
  StoreLease,
  StoreSnapshot,
  StoreWrite,
  TransactionResult,
  WatchBatch,
} from '@waystation/core';
import type { IRangeRequest, IRangeResponse } from 'etcd3';
import { EtcdConnections } from './connections.ts';
import { etcdDefaults } from './etcd-options.ts';
import type { EtcdOptions } from './etcd-options.ts';
import { EtcdLease } from './lease.ts';
import { endOfPrefix, startOfPrefix, toEntry } from './stored-rows.ts';
import { toTransaction, toTransactionResult } from './transaction.ts';
import { watchPrefix } from './watch.ts';

/**
 * The store on etcd. Nothing is loaded or connected before the first call. Reads are linearizable; a call that
 * failed for one member's trouble leaves it, so that the next asks another.
 */
export class EtcdStore implements ConfigStore {
  readonly #options: EtcdOptions;
  readonly #connections: EtcdConnections;
  readonly #closed = new AbortController();

  constructor(options: EtcdOptions) {
    this.#options = options;
    this.#connections = new EtcdConnections(options);
  }

  async list(prefix: string, options?: CallOptions): Promise<StoreSnapshot> {
    const range = { key: startOfPrefix(prefix), range_end: endOfPrefix(prefix) };
    const { header, kvs } = await this.#read(`listing what is below "${prefix}"`, range, options);
    return { revision: Number(header.revision), clusterId: header.cluster_id, entries: kvs.map(toEntry) };
  }

  async get(
    key: string,
    options?: CallOptions,
  ): Promise<{ revision: Revision; clusterId: string; entry?: StoreEntry }> {
    const { header, kvs } = await this.#read(`reading ${key}`, { key: Buffer.from(key) }, options);
    const [row] = kvs;
    return {
      revision: Number(header.revision),
      clusterId: header.cluster_id,
      ...(row === undefined ? {} : { entry: toEntry(row) }),
    };
  }

  async *watch(
    prefix: string,
    fromRevision: Revision,
    options: CallOptions = {},
  ): AsyncGenerator<WatchBatch> {
    if (options.signal?.aborted === true) return;
    const connection = await this.#connections.current();
    try {
      yield* watchPrefix(connection, {
        prefix,
        fromRevision,
        signOfLifeMs: this.#options.signOfLifeMs ?? etcdDefaults.signOfLifeMs,
        closed: this.#closed.signal,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      // Another member, and a new login: whatever ended the watch does not end the next one.
      if (isWaystationError(error, 'STORE_WATCH_LOST')) await this.#connections.leave(connection, true);
      throw error;
    }
  }

  async transact(
    compares: readonly StoreCompare[],
    writes: readonly StoreWrite[],
    options?: CallOptions,
  ): Promise<TransactionResult> {
    const doing = `writing ${writes.map(({ key }) => key).join(', ')}`;
    const request = toTransaction(compares, writes);
    const response = await this.#connections.call(
      doing,
      'if-never-sent',
      (connection) => connection.call(doing, ({ kv }) => kv.txn(request), options),
      options,
    );
    return toTransactionResult(response);
  }

  lease(ttlMs: number, options?: LeaseOptions): Promise<StoreLease> {
    return EtcdLease.grant(this.#connections, this.#closed.signal, ttlMs, options);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#connections.close();
  }

  #read(doing: string, range: IRangeRequest, options?: CallOptions): Promise<IRangeResponse> {
    return this.#connections.call(
      doing,
      'always',
      (connection) => connection.call(doing, ({ kv }) => kv.range(range), options),
      options,
    );
  }
}
