import { WaystationError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
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
} from '../store.ts';
import type { CancelSignal } from '../cancel.ts';
import { MemoryKeys } from './memory-keys.ts';

/** How a MemoryStore behaves. */
export interface MemoryStoreOptions {
  /** Milliseconds between signs of life of a watch; absent: one at its start, further ones by `signOfLife`. */
  readonly signOfLifeMs?: number;
  /** Identity of the cluster; default `memory-1`. */
  readonly clusterId?: string;
}

/** A watch under way: what it must do besides telling changes. */
interface OpenWatch {
  wake: () => void;
  sign: boolean;
  error: WaystationError | undefined;
}

/** A ConfigStore in this process, with the troubles of a real one at a test's command. */
export class MemoryStore implements ConfigStore {
  readonly #options: MemoryStoreOptions;
  readonly #watches = new Set<OpenWatch>();
  readonly #leases = new Map<string, { keys: Set<string>; lost: AbortController }>();
  #keys = new MemoryKeys();
  #clusterId: string;
  #failure: (() => WaystationError) | undefined;
  #restores = 0;
  #grants = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.#clusterId = options.clusterId ?? 'memory-1';
  }

  /** How far the store has come. */
  get revision(): Revision {
    return this.#keys.revision;
  }

  /** How many watches are open. */
  get watchCount(): number {
    return this.#watches.size;
  }

  async list(prefix: string, options?: CallOptions): Promise<StoreSnapshot> {
    await this.#enter(options);
    return { revision: this.revision, clusterId: this.#clusterId, entries: this.#keys.below(prefix) };
  }

  async get(
    key: string,
    options?: CallOptions,
  ): Promise<{ revision: Revision; clusterId: string; entry?: StoreEntry }> {
    await this.#enter(options);
    const entry = this.#keys.entry(key);
    return { revision: this.revision, clusterId: this.#clusterId, ...(entry === undefined ? {} : { entry }) };
  }

  async *watch(prefix: string, fromRevision: Revision, options?: CallOptions): AsyncGenerator<WatchBatch> {
    const signal = options?.signal;
    if (isAborted(signal)) return;
    const watch: OpenWatch = { wake: () => undefined, sign: true, error: this.#failure?.() };
    const wake = (): void => {
      watch.wake();
    };
    const { signOfLifeMs } = this.#options;
    const timer =
      signOfLifeMs === undefined
        ? undefined
        : setInterval(() => {
            this.#sign(watch);
          }, signOfLifeMs);
    signal?.addEventListener('abort', wake);
    this.#watches.add(watch);
    try {
      let next = fromRevision;
      for (;;) {
        if (isAborted(signal)) return;
        if (watch.error !== undefined) throw watch.error;
        const events = this.#keys.since(prefix, next);
        const changed = new Promise<void>((resolve) => (watch.wake = resolve));
        if (events.length === 0 && !watch.sign) await changed;
        else {
          watch.sign = false;
          next = Math.max(next, this.revision + 1);
          yield { revision: this.revision, events };
        }
      }
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', wake);
      this.#watches.delete(watch);
    }
  }

  async transact(
    compares: readonly StoreCompare[],
    writes: readonly StoreWrite[],
    options?: CallOptions,
  ): Promise<TransactionResult> {
    await this.#enter(options);
    const current = compares.map(({ key }) => this.#keys.entry(key)).filter((entry) => entry !== undefined);
    if (compares.some(({ key, modRevision }) => (this.#keys.entry(key)?.modRevision ?? 0) !== modRevision)) {
      return { committed: false, revision: this.revision, current };
    }
    const leased = writes.filter((write) => write.type === 'put').filter(({ lease }) => lease !== undefined);
    for (const { lease } of leased) this.#leaseOf(lease);
    this.#write(writes);
    for (const { lease, key } of leased) this.#leaseOf(lease).keys.add(key);
    return { committed: true, revision: this.revision };
  }

  async lease(ttlMs: number, options?: LeaseOptions): Promise<StoreLease> {
    await this.#enter(options);
    if (ttlMs < 1000) throw new RangeError(`a lease lasts 1000 ms or more, got ${String(ttlMs)}`);
    this.#grants += 1;
    const id = String(this.#grants);
    const lost = new AbortController();
    const keys = new Set<string>();
    this.#leases.set(id, { keys, lost });
    return {
      id,
      lost: lost.signal,
      put: async (key, value) => {
        await this.#enter();
        this.#leaseOf(id);
        this.#write([{ type: 'put', key, value }]);
        keys.add(key);
        return this.revision;
      },
      revoke: async () => {
        await this.#enter();
        this.#endLease(id);
      },
    };
  }

  close(): Promise<void> {
    this.failCalls('STORE_UNAVAILABLE', 'the store is closed');
    for (const { lost } of this.#leases.values()) lost.abort();
    return Promise.resolve();
  }

  /** Every call and every watch fails like this, now and until `heal`. */
  failCalls(code: ErrorCode = 'STORE_UNAVAILABLE', message = 'the store was told to fail'): void {
    this.#failure = () => new WaystationError(code, message);
    this.cutWatches('STORE_WATCH_LOST', message);
  }

  /** Calls succeed again. */
  heal(): void {
    this.#failure = undefined;
  }

  /** Ends every open watch with this error. */
  cutWatches(code: ErrorCode = 'STORE_WATCH_LOST', message = 'the watch was cut'): void {
    for (const watch of this.#watches) {
      watch.error = new WaystationError(code, message);
      watch.wake();
    }
  }

  /** Lets every open watch show a sign of life. */
  signOfLife(): void {
    for (const watch of this.#watches) this.#sign(watch);
  }

  /** Forgets the history before `revision`. */
  compact(revision: Revision): void {
    this.#keys.compact(revision);
  }

  /** Ends every lease, as though none had been kept alive. */
  loseLeases(): void {
    for (const id of [...this.#leases.keys()]) this.#endLease(id);
  }

  /** What the store holds, for `restore`. */
  save(): MemoryKeys {
    return this.#keys.copy();
  }

  /** Goes back to what was saved, as a cluster of another identity; open watches are cut. */
  restore(saved: MemoryKeys): void {
    this.#restores += 1;
    this.#keys = saved.copy();
    this.#clusterId = `${this.#options.clusterId ?? 'memory-1'}-restored-${String(this.#restores)}`;
    this.cutWatches();
  }

  async #enter(options?: CallOptions): Promise<void> {
    await Promise.resolve();
    options?.signal?.throwIfAborted();
    const failure = this.#failure?.();
    if (failure !== undefined) throw failure;
  }

  #leaseOf(id = ''): { keys: Set<string>; lost: AbortController } {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new WaystationError('STORE_LEASE_LOST', `lease ${id} has ended`);
    return lease;
  }

  /** A key that is written anew has left its lease. */
  #write(writes: readonly StoreWrite[]): void {
    for (const { keys } of this.#leases.values()) for (const { key } of writes) keys.delete(key);
    this.#keys.write(writes);
    for (const watch of this.#watches) watch.wake();
  }

  #sign(watch: OpenWatch): void {
    watch.sign = true;
    watch.wake();
  }

  #endLease(id: string): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    this.#leases.delete(id);
    this.#write([...lease.keys].map((key) => ({ type: 'delete', key })));
    lease.lost.abort();
  }
}

/** A call, so that the compiler does not take the answer for settled. */
function isAborted(signal: CancelSignal | undefined): boolean {
  return signal?.aborted === true;
}
