import type { Client, Dispatcher } from 'undici';
import type { Clock, Instant, TransportFailureKind } from '@waystation/core';
import type { CancelSignal } from '../../timing/cancel-signal.ts';
import type { HttpAnswer, HttpRequest, TransportResult } from './http-message.ts';
import { exchangeFailure } from './transport-failure.ts';

/** Bounds of one request on an open connection. */
export interface ExchangeLimits {
  /** When it is given up. */
  readonly deadline: Instant;
  /** Ceiling in ms from the request written to the answer read. */
  readonly readMs: number;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswerBytes: number;
  /** Gives the request up, unless something of it was written already. */
  readonly signal?: CancelSignal | undefined;
  /** Whether the deadline ends only what was not written. Default false. */
  readonly listen?: boolean | undefined;
}

/** One request and its answer on a connection. Whether it was written is known here alone. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #limits: ExchangeLimits;
  readonly #resolve: (result: TransportResult) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #written = false;
  #settled = false;
  #head: Pick<HttpAnswer, 'status' | 'headers'> | undefined;

  constructor(
    { client, clock }: { readonly client: Client; readonly clock: Clock },
    limits: ExchangeLimits,
    resolve: (result: TransportResult) => void,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#limits = limits;
    this.#resolve = resolve;
  }

  /** Hands the request to the connection. */
  start({ method, path, headers, body }: HttpRequest): void {
    const { deadline, signal } = this.#limits;
    this.#arm(deadline - this.#clock.now());
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted === true) this.#onAbort();
    if (this.#settled) return;
    this.#client.dispatch(
      { method, path, headers: { ...headers }, body: body ?? null, idempotent: false },
      this,
    );
  }

  /** Ends it now, whatever was written; its connection is closed. */
  giveUp(kind: TransportFailureKind): void {
    this.#fail({ kind });
  }

  /** Called right before the first byte goes to the socket. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(new Error('given up'));
      return;
    }
    this.#written = true;
    const { deadline, listen, readMs } = this.#limits;
    this.#arm(listen === true ? readMs : Math.min(deadline - this.#clock.now(), readMs));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.#head = { status, headers };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxAnswerBytes) this.#fail({ kind: 'other', code: 'ANSWER_TOO_LARGE' });
    else if (!this.#settled) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#head === undefined) return;
    const body = Buffer.concat(this.#chunks).toString('utf8');
    this.#settle({ answered: true, answer: { ...this.#head, body } });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(exchangeFailure(error, this.#head !== undefined));
  }

  readonly #onAbort = (): void => {
    if (!this.#written) this.#fail({ kind: 'cancelled' });
  };

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#fail({ kind: 'timeout' });
      },
      Math.max(0, ms),
    );
  }

  #fail(facts: { readonly kind: TransportFailureKind; readonly code?: string }): void {
    if (this.#settled) return;
    this.#settle({ answered: false, failure: { ...facts, written: this.#written } });
    // A request that is merely no longer waited for would still be sent later.
    void this.#client.destroy();
  }

  #settle(result: TransportResult): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    this.#resolve(result);
  }
}
