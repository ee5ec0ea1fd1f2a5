import type { Client, Dispatcher } from 'undici';
import type { Clock, Instant, TransportFailure, TransportFailureKind } from '@waystation/core';
import type { Alarm, Alarms } from '../../timing/alarm.ts';
import type { CancelSignal } from '../../timing/cancel-signal.ts';
import type { HttpAnswer, HttpRequest, TransportResult } from './http-message.ts';
import { exchangeFailure } from './transport-failure.ts';

/** Bounds of one request on an open connection. */
export interface ExchangeLimits {
  /** When it is given up. */
  readonly deadline: Instant;
  /** Ceiling in ms from the request written to the answer read. */
  readonly readMs: number;
  /** Gives the request up, unless something of it was written already. */
  readonly signal?: CancelSignal | undefined;
  /** Whether the deadline ends only what was not written. Default false. */
  readonly listen?: boolean | undefined;
}

/** What the exchanges of one connection share. */
export interface ExchangeDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswerBytes: number;
}

/**
 * One request and its answer on a connection. Whether it was written is known here alone. Without an answer its
 * connection has to be closed, since a request that is merely no longer waited for would still be sent later.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #dependencies: ExchangeDependencies;
  readonly #limits: ExchangeLimits;
  readonly #onEnd: (result: TransportResult) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #alarm: Alarm | undefined;
  #written = false;
  #settled = false;
  #head: Pick<HttpAnswer, 'status' | 'headers'> | undefined;

  constructor(
    dependencies: ExchangeDependencies,
    limits: ExchangeLimits,
    onEnd: (result: TransportResult) => void,
  ) {
    this.#dependencies = dependencies;
    this.#limits = limits;
    this.#onEnd = onEnd;
  }

  /** Hands the request to the connection. */
  start({ method, path, headers, body }: HttpRequest): void {
    const { client } = this.#dependencies;
    client.dispatch({ method, path, headers, body: body ?? null, idempotent: false }, this);
    // It is on its way by now, unless the connection is new.
    if (!this.#written && !this.#settled) this.#giveUpAt(this.#limits.deadline, true);
  }

  /** Ends it now, whatever was written. */
  giveUp(kind: TransportFailureKind): void {
    this.#fail({ kind });
  }

  /** Called right before the first byte goes to the socket. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { deadline, listen, readMs, signal } = this.#limits;
    if (signal?.aborted === true) this.giveUp('cancelled');
    if (this.#settled) {
      controller.abort(new Error('given up'));
      return;
    }
    this.#written = true;
    const readBy = this.#dependencies.clock.now() + readMs;
    const cutShort = listen !== true && deadline < readBy;
    this.#giveUpAt(cutShort ? deadline : readBy, cutShort);
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
    if (this.#bytes > this.#dependencies.maxAnswerBytes)
      this.#fail({ kind: 'other', code: 'ANSWER_TOO_LARGE' });
    else if (!this.#settled) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#head === undefined) return;
    const { status, headers } = this.#head;
    const [first] = this.#chunks;
    const bytes = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#settle({ answered: true, answer: { status, headers, body: bytes.toString('utf8') } });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(exchangeFailure(error, this.#head !== undefined));
  }

  #giveUpAt(instant: Instant, cutShort: boolean): void {
    this.#alarm?.cancel();
    this.#alarm = this.#dependencies.alarms.at(instant, () => {
      this.#fail({ kind: 'timeout', ...(cutShort && { cutShort }) });
    });
  }

  #fail(facts: Omit<TransportFailure, 'written'>): void {
    if (this.#settled) return;
    this.#settle({ answered: false, failure: { ...facts, written: this.#written } });
  }

  #settle(result: TransportResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#alarm?.cancel();
    this.#onEnd(result);
  }
}
