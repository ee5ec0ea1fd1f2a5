import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Clock, Endpoint, Instant } from '@waystation/core';
import type { Alarms } from '../../timing/alarm.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeDependencies, ExchangeLimits } from './exchange.ts';
import { headerOf } from './http-message.ts';
import type { HttpAnswer, HttpRequest, TransportResult } from './http-message.ts';

/** So long before the end that its host named, a connection is no longer used: a request is on its way for a while. */
const keepAliveMarginMs = 2000;

/** What a connection needs. */
export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswerBytes: number;
  /** Idle for longer than this, in ms, it closes itself; sooner where the host's `Keep-Alive` says so. */
  readonly keepAliveMs: number;
  /** Told once when the socket has closed; `byPeer`: the other side closed it while it was idle. */
  readonly onClosed: (connection: Connection, byPeer: boolean) => void;
}

/** One open socket that speaks HTTP/1.1, one request at a time; it never opens another in its place. */
export class Connection {
  readonly openedAt: Instant;
  readonly #client: Client;
  readonly #options: ConnectionOptions;
  readonly #exchangeDependencies: ExchangeDependencies;
  #exchange: Exchange | undefined;
  #idleSince: Instant;
  #live = true;
  #keepAliveMs: number;
  /** The host's latest `Keep-Alive`. */
  #keepAlive: string | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    const { endpoint, keepAliveMs, clock, alarms, maxAnswerBytes } = options;
    this.#options = options;
    this.openedAt = clock.now();
    this.#keepAliveMs = keepAliveMs;
    this.#idleSince = this.openedAt;
    let handedOver = false;
    this.#client = new Client(new URL(endpoint.url).origin, {
      connect: (_, callback) => {
        const first = !handedOver;
        handedOver = true;
        // Later, since undici does not look for work while it is asking for a connection.
        queueMicrotask(() => {
          if (first) callback(null, socket);
          else callback(Object.assign(new Error('the connection is over'), { code: 'ECONNRESET' }), null);
        });
      },
      pipelining: 1,
      allowH2: false,
      // The exchange has timers of its own: these are a second coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      keepAliveTimeoutThreshold: keepAliveMarginMs,
    });
    this.#exchangeDependencies = { client: this.#client, clock, alarms, maxAnswerBytes };
    this.#client.on('disconnect', (_origin, _targets, error) => {
      this.#end(error.code !== 'UND_ERR_INFO');
    });
    this.#client.on('connectionError', () => {
      this.#end(false);
    });
  }

  /** Whether a request may be put on it. */
  get live(): boolean {
    return this.#live;
  }

  /** Idle for longer than this, in ms, it is not to be used: the host's last answer said so, or our own bound does. */
  get keepAliveMs(): number {
    return this.#keepAliveMs;
  }

  /** How long it has been idle by `now`, in ms. */
  idleMs(now: Instant): number {
    return now - this.#idleSince;
  }

  /** Sends one request; never a rejection. Unless the answer came to its end, the connection is over. */
  send(request: HttpRequest, limits: ExchangeLimits): Promise<TransportResult> {
    return new Promise((resolve) => {
      this.#exchange = new Exchange(this.#exchangeDependencies, limits, (result) => {
        this.#exchange = undefined;
        this.#idleSince = this.#options.clock.now();
        if (!result.answered || !this.#stays(result.answer)) this.close();
        resolve(result);
      });
      this.#exchange.start(request);
    });
  }

  /** Closes it; a request under way is given up. */
  close(): void {
    this.#exchange?.giveUp('cancelled');
    this.#end(false);
    void this.#client.destroy();
  }

  /** Whether it may be used again after this answer. undici goes by a timer, which a machine that slept is late with. */
  #stays(answer: HttpAnswer): boolean {
    if (headerOf(answer, 'connection')?.toLowerCase() === 'close') return false;
    const keepAlive = headerOf(answer, 'keep-alive');
    if (keepAlive !== this.#keepAlive) {
      this.#keepAlive = keepAlive;
      const seconds = /timeout\s*=\s*(\d+)/i.exec(keepAlive ?? '')?.[1];
      const saidMs = seconds === undefined ? Infinity : Number(seconds) * 1000 - keepAliveMarginMs;
      this.#keepAliveMs = Math.min(this.#options.keepAliveMs, saidMs);
    }
    return this.#keepAliveMs > 0;
  }

  #end(byPeer: boolean): void {
    if (!this.#live) return;
    this.#live = false;
    this.#options.onClosed(this, byPeer && this.#exchange === undefined);
  }
}
