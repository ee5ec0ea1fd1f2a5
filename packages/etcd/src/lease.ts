import { WaystationError, isWaystationError } from '@waystation/core';
import type { CancelSignal, LeaseOptions, Revision, StoreLease } from '@waystation/core';
import type { ILeaseKeepAliveResponse } from 'etcd3';
import { openStream } from './call-stream.ts';
import type { CallStream } from './call-stream.ts';
import type { EtcdConnection } from './connection.ts';
import type { EtcdConnections } from './connections.ts';

/**
 * A lease, kept alive (unless that is not wanted) by one answered question a third of its time, at whichever member
 * serves. It counts
 * as lost a little before etcd may let it run out: etcd counts from when it heard, we from when we spoke.
 */
export class EtcdLease implements StoreLease {
  readonly id: string;
  readonly #connections: EtcdConnections;
  readonly #lost = new AbortController();
  readonly #closed: AbortSignal;
  readonly #isKeptAlive: boolean;
  #ttlMs: number;
  /** On the monotonic clock: a timer comes late where the process was busy. */
  #expiresAt = Number.POSITIVE_INFINITY;
  #expiry: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;

  private constructor(
    connections: EtcdConnections,
    closed: AbortSignal,
    { id, ttlMs, keepAlive }: { readonly id: string; readonly ttlMs: number; readonly keepAlive: boolean },
  ) {
    this.#connections = connections;
    this.#closed = closed;
    this.id = id;
    this.#ttlMs = ttlMs;
    this.#isKeptAlive = keepAlive;
  }

  /** Grants a lease and begins to keep it alive. A grant whose answer was lost runs out by itself. */
  static async grant(
    connections: EtcdConnections,
    closed: AbortSignal,
    ttlMs: number,
    options: LeaseOptions = {},
  ): Promise<EtcdLease> {
    if (ttlMs < 1000) throw new RangeError(`a lease lasts 1000 ms or more, got ${String(ttlMs)}`);
    const TTL = Math.ceil(ttlMs / 1000);
    const { sentAt, answer } = await connections.call(
      'granting a lease',
      'always',
      async (connection) => {
        const sentAt = performance.now();
        const answer = await connection.call(
          'granting a lease',
          ({ leaseClient }) => leaseClient.leaseGrant({ TTL }),
          options,
        );
        return { sentAt, answer };
      },
      options,
    );
    // etcd may grant more than was asked for.
    const { keepAlive = true } = options;
    const lease = new EtcdLease(connections, closed, {
      id: answer.ID,
      ttlMs: Number(answer.TTL) * 1000,
      keepAlive,
    });
    closed.addEventListener('abort', lease.#end, { once: true });
    lease.#renewed(sentAt);
    if (closed.aborted) lease.#end();
    return lease;
  }

  get lost(): CancelSignal {
    this.#endIfOver();
    return this.#lost.signal;
  }

  async put(key: string, value: string): Promise<Revision> {
    this.#assertAlive();
    const row = { key: Buffer.from(key), value: Buffer.from(value), lease: this.id };
    try {
      const { header } = await this.#connections.call(`putting ${key}`, 'if-never-sent', (connection) =>
        connection.call(`putting ${key}`, ({ kv }) => kv.put(row)),
      );
      return Number(header.revision);
    } catch (error) {
      if (isWaystationError(error, 'STORE_LEASE_LOST')) this.#end();
      throw error;
    }
  }

  async revoke(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    clearTimeout(this.#next);
    try {
      await this.#connections.call('revoking a lease', 'always', (connection) =>
        connection.call('revoking a lease', ({ leaseClient }) => leaseClient.leaseRevoke({ ID: this.id })),
      );
    } catch (error) {
      if (!isWaystationError(error, 'STORE_LEASE_LOST')) throw error;
    } finally {
      this.#end();
    }
  }

  #renewed(sentAt: number): void {
    const spareMs = Math.min(1000, this.#ttlMs / 10);
    clearTimeout(this.#expiry);
    this.#expiresAt = sentAt + this.#ttlMs - spareMs;
    this.#expiry = setTimeout(this.#end, Math.max(0, this.#expiresAt - performance.now()));
    if (this.#isKeptAlive) this.#keepAliveIn(this.#ttlMs / 3);
  }

  #keepAliveIn(ms: number): void {
    clearTimeout(this.#next);
    if (this.#lost.signal.aborted) return;
    this.#next = setTimeout(() => void this.#keepAlive(), ms);
  }

  async #keepAlive(): Promise<void> {
    const sentAt = performance.now();
    try {
      const ttl = await this.#connections.call('keeping a lease alive', 'always', (connection) =>
        askToKeepAlive(connection, this.id, Math.min(connection.timeoutMs, this.#ttlMs / 3)),
      );
      if (this.#lost.signal.aborted) return;
      if (ttl <= 0) this.#end();
      else {
        this.#ttlMs = ttl * 1000;
        this.#renewed(sentAt);
      }
    } catch (error) {
      if (isWaystationError(error, 'STORE_LEASE_LOST')) this.#end();
      // Its time runs on; ask again soon, but not all of a fleet at once.
      else this.#keepAliveIn(Math.min(1000, this.#ttlMs / 10) * (0.5 + Math.random()));
    }
  }

  #endIfOver(): void {
    if (performance.now() >= this.#expiresAt) this.#end();
  }

  #assertAlive(): void {
    this.#endIfOver();
    if (this.#lost.signal.aborted)
      throw new WaystationError('STORE_LEASE_LOST', `lease ${this.id} has ended`);
  }

  readonly #end = (): void => {
    clearTimeout(this.#expiry);
    clearTimeout(this.#next);
    this.#closed.removeEventListener('abort', this.#end);
    this.#lost.abort();
  };
}

/** Resolves with the seconds that the lease now has; 0 when it has ended. */
async function askToKeepAlive(connection: EtcdConnection, id: string, timeoutMs: number): Promise<number> {
  const doing = 'keeping a lease alive';
  let stream: CallStream<{ ID: string }, ILeaseKeepAliveResponse> | undefined;
  const answer = new Promise<number>((resolve, reject) => {
    void openStream(connection, doing, ({ leaseClient }) => leaseClient.leaseKeepAlive(), {
      onData: ({ TTL }: ILeaseKeepAliveResponse) => {
        resolve(Number(TTL));
      },
      onEnd: (error) => {
        reject(error ?? new Error('etcd ended the stream: UNAVAILABLE'));
      },
    }).then((opened) => {
      stream = opened;
      opened.write({ ID: id });
    }, reject);
  });
  try {
    const ttl = await connection.call(doing, () => answer, { timeoutMs });
    // Not cancelled: etcd3 takes that for a failure of the member and closes all that the client has open there,
    // watches among it.
    stream?.end();
    return ttl;
  } catch (error) {
    stream?.cancel();
    throw error;
  }
}
