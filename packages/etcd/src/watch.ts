import { WaystationError } from '@waystation/core';
import type { CancelSignal, Revision, WatchBatch } from '@waystation/core';
import type { IWatchRequest, IWatchResponse } from 'etcd3';
import { openStream } from './call-stream.ts';
import type { CallStream } from './call-stream.ts';
import type { EtcdConnection } from './connection.ts';
import { toStoreError } from './failure.ts';
import { endOfPrefix, startOfPrefix, toEvent } from './stored-rows.ts';
import { WatchProgress } from './watch-progress.ts';
import { WatchQueue } from './watch-queue.ts';

/** A caller this many batches behind lists again instead. */
const maxBatchesBehind = 10_000;

/** What one watch is of, and what ends it. */
export interface WatchPlan {
  readonly prefix: string;
  readonly fromRevision: Revision;
  readonly signOfLifeMs: number;
  /** Ends the watch in peace. */
  readonly signal?: CancelSignal;
  /** Ends it as lost. */
  readonly closed: AbortSignal;
}

/** One watch on one stream of one member: it never connects again by itself, any trouble ends it. */
export async function* watchPrefix(connection: EtcdConnection, plan: WatchPlan): AsyncGenerator<WatchBatch> {
  const watch = new EtcdWatch(connection, plan);
  try {
    await watch.start();
    yield* watch.batches();
  } finally {
    watch.stop();
  }
}

class EtcdWatch {
  readonly #connection: EtcdConnection;
  readonly #plan: WatchPlan;
  readonly #progress: WatchProgress;
  readonly #queue = new WatchQueue<WatchBatch>(maxBatchesBehind);
  #stream: CallStream<IWatchRequest, IWatchResponse> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(connection: EtcdConnection, plan: WatchPlan) {
    this.#connection = connection;
    this.#plan = plan;
    this.#progress = new WatchProgress(plan.fromRevision - 1);
  }

  async start(): Promise<void> {
    const { signal, closed, prefix, fromRevision } = this.#plan;
    signal?.addEventListener('abort', this.#onAbort);
    closed.addEventListener('abort', this.#onClosed);
    if (signal?.aborted === true) this.#onAbort();
    if (closed.aborted) this.#onClosed();
    try {
      this.#stream = await openStream(
        this.#connection,
        'opening a watch',
        (client) => client.watchClient.watch(),
        {
          onData: (response: IWatchResponse) => {
            this.#onResponse(response);
          },
          onEnd: (error) => {
            this.#lose(error?.message ?? 'etcd ended the stream', error);
          },
        },
      );
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error), error);
      return;
    }
    if (this.#isStopped()) {
      this.#stream.cancel();
      return;
    }
    this.#stream.write({
      create_request: {
        key: startOfPrefix(prefix),
        range_end: endOfPrefix(prefix),
        start_revision: String(fromRevision),
      },
    });
    this.#timer = setTimeout(() => {
      this.#lose(`etcd did not confirm the watch in ${String(this.#connection.timeoutMs)} ms`);
    }, this.#connection.timeoutMs);
  }

  batches(): AsyncGenerator<WatchBatch, void> {
    return this.#queue.drain();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#plan.signal?.removeEventListener('abort', this.#onAbort);
    this.#plan.closed.removeEventListener('abort', this.#onClosed);
    this.#stream?.cancel();
  }

  readonly #onAbort = (): void => {
    this.#queue.clear();
    this.#queue.end();
    this.stop();
  };

  readonly #onClosed = (): void => {
    this.#lose('the store was closed');
  };

  #onResponse(response: IWatchResponse): void {
    if (this.#stopped) return;
    if (response.canceled) this.#onCanceled(response);
    else if (response.created) {
      clearTimeout(this.#timer);
      this.#tell(this.#progress.onEvents([]));
      this.#signLater();
    } else if (response.events.length > 0) this.#tell(this.#progress.onEvents(response.events.map(toEvent)));
  }

  #onCanceled({ compact_revision: compacted, cancel_reason: reason }: IWatchResponse): void {
    if (Number(compacted) === 0) {
      this.#lose(reason === '' ? 'etcd cancelled it' : reason, new Error(reason));
      return;
    }
    this.#queue.end(
      new WaystationError(
        'STORE_COMPACTED',
        `watching ${this.#plan.prefix} from revision ${String(this.#plan.fromRevision)} on at ${this.#connection.endpoint}: the history before revision ${compacted} is compacted`,
      ),
    );
    this.stop();
  }

  #signLater(): void {
    this.#timer = setTimeout(() => void this.#askForRevision(), this.#plan.signOfLifeMs);
  }

  /** Asks the watch's own member, linearizable: one that is dead or cut off from its peers cannot answer. */
  async #askForRevision(): Promise<void> {
    try {
      const { header } = await this.#connection.call('asking for the revision', ({ kv }) =>
        kv.range({ key: startOfPrefix(this.#plan.prefix), keys_only: true, limit: 1 }),
      );
      if (this.#isStopped()) return;
      this.#tell(this.#progress.onRead(Number(header.revision)));
      if (!this.#isStopped()) this.#signLater();
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error), error);
    }
  }

  #tell(batch: WatchBatch | string): void {
    if (typeof batch === 'string') this.#lose(batch);
    else if (!this.#queue.push(batch)) this.#lose(`${String(maxBatchesBehind)} batches wait to be taken`);
  }

  #lose(reason: string, cause?: unknown): void {
    if (this.#stopped) return;
    const { code } = toStoreError(cause ?? new Error(reason), this.#connection.endpoint, 'watching');
    this.#queue.end(
      new WaystationError(
        'STORE_WATCH_LOST',
        `the watch of ${this.#plan.prefix} at ${this.#connection.endpoint} ended (${code}): ${reason}`,
        { cause },
      ),
    );
    this.stop();
  }

  #isStopped(): boolean {
    return this.#stopped;
  }
}
