import type { Clock, Endpoint, Instant, TransportFailure } from '@waystation/core';
import { Connection } from './connection.ts';
import type { HttpRequest, TransportResult } from './http-message.ts';
import { openSocket } from './open-socket.ts';

/** What a pool needs. */
export interface ConnectionPoolOptions {
  /** Certificate authorities (PEM) in place of the platform's. */
  readonly ca?: string | undefined;
  /** A connection that was idle for longer is not used again. Default 10 s. */
  readonly keepAliveMs?: number;
  /** A connection older than this is not used again, so that names are looked up anew. Default 5 minutes. */
  readonly maxAgeMs?: number;
  /** The longest answer that is read. Default 256 KiB. */
  readonly maxAnswerBytes?: number;
}

/** Bounds of one request. */
export interface CallLimits {
  /** When it is given up. */
  readonly deadline: Instant;
  /** Ceiling for connecting, in ms. */
  readonly connectMs: number;
  /** Ceiling from the request written to the answer read, in ms. */
  readonly readMs: number;
  /** Gives the request up, unless something of it was written already. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a request that was written is listened to after the deadline, up to `readMs`. Default false. */
  readonly listen?: boolean | undefined;
  /** Asked when a connection stands: false leaves it to others and gives the request up. Default: yes. */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
}

type Taken = { readonly connection: Connection; readonly reused: boolean } | TransportFailure;

/**
 * The connections to one endpoint. Each carries one request at a time, and a request is made when its connection
 * stands: nothing queues, so nothing can be sent after it was given up. How many are open is the caller's bound.
 */
export class ConnectionPool {
  readonly #clock: Clock;
  readonly #endpoint: Endpoint;
  readonly #options: Required<Omit<ConnectionPoolOptions, 'ca'>> & Pick<ConnectionPoolOptions, 'ca'>;
  /** The one used last comes last, and is used first. */
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  readonly #opening = new Set<() => void>();
  #session: Buffer | undefined;
  /** How long this host was seen to leave idle connections open, halved, and when that was learnt. */
  #learnt: { readonly keepAliveMs: number; readonly at: Instant } | undefined;
  #closed = false;

  constructor(clock: Clock, endpoint: Endpoint, options: ConnectionPoolOptions = {}) {
    this.#clock = clock;
    this.#endpoint = endpoint;
    this.#options = { keepAliveMs: 10_000, maxAgeMs: 300_000, maxAnswerBytes: 262_144, ...options };
  }

  /** Connections that stand, in use or idle. */
  get open(): number {
    return this.#idle.length + this.#busy.size;
  }

  /** Sends what `make` makes once a connection is ready; it is called again for another connection. Never rejects. */
  async send(make: () => HttpRequest, limits: CallLimits): Promise<TransportResult> {
    for (;;) {
      const taken = await this.#take(limits);
      if ('kind' in taken) return { answered: false, failure: taken };
      const { connection, reused } = taken;
      if (!(await this.#mayWrite(connection, limits))) {
        return { answered: false, failure: { kind: 'cancelled', written: false } };
      }
      const idleMs = connection.idleMs;
      const { maxAnswerBytes } = this.#options;
      const result = await connection.send(make(), { ...limits, maxAnswerBytes });
      this.#giveBack(connection);
      if (result.answered || !reused) return result;
      const { kind, written } = result.failure;
      const lost = kind === 'closed' || kind === 'reset';
      if (lost) this.#learn(idleMs);
      // The host had closed an idle connection and nothing was written: that says nothing of the host.
      if (written || !lost || limits.signal?.aborted === true) return result;
    }
  }

  /** Closes every connection; requests under way are given up. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#opening) giveUp();
    for (const connection of [...this.#idle, ...this.#busy]) connection.close();
  }

  /** Whether the request may be put on the connection that was opened or found for it. */
  async #mayWrite(connection: Connection, { mayWrite }: CallLimits): Promise<boolean> {
    let may = false;
    try {
      may = mayWrite === undefined || (await mayWrite());
      return may;
    } finally {
      if (!may) this.#giveBack(connection);
    }
  }

  async #take(limits: CallLimits): Promise<Taken> {
    if (this.#closed || limits.signal?.aborted === true) return { kind: 'cancelled', written: false };
    for (let connection = this.#idle.at(-1); connection !== undefined; connection = this.#idle.at(-1)) {
      const { idleMs } = connection;
      const usable = connection.live && idleMs <= this.#options.keepAliveMs && !this.#isOld(connection);
      // Idle for too long for this host, as all below: it is left standing, since its closing tells how long.
      if (usable && idleMs > this.#keepAliveMs()) break;
      this.#idle.pop();
      if (usable) {
        this.#busy.add(connection);
        return { connection, reused: true };
      }
      connection.close();
    }
    return await this.#connect(limits);
  }

  async #connect({ connectMs, deadline, signal }: CallLimits): Promise<Taken> {
    let giveUp = (): void => undefined;
    const opened = await openSocket(this.#endpoint, {
      connectMs: Math.max(0, Math.min(connectMs, deadline - this.#clock.now())),
      ca: this.#options.ca,
      session: this.#session,
      onSession: (session) => {
        this.#session = session;
      },
      onGiveUp: (give) => {
        giveUp = give;
        this.#opening.add(giveUp);
        signal?.addEventListener('abort', giveUp);
      },
    });
    this.#opening.delete(giveUp);
    signal?.removeEventListener('abort', giveUp);
    if (!opened.ok) return opened.failure;
    if (this.#closed) {
      opened.socket.destroy();
      return { kind: 'cancelled', written: false };
    }
    const connection = new Connection(opened.socket, {
      endpoint: this.#endpoint,
      clock: this.#clock,
      keepAliveMs: this.#options.keepAliveMs,
      onClosed: (closed, byPeer) => {
        this.#forget(closed, byPeer);
      },
    });
    this.#busy.add(connection);
    return { connection, reused: false };
  }

  #giveBack(connection: Connection): void {
    this.#busy.delete(connection);
    if (!connection.live) return;
    if (this.#closed || this.#isOld(connection)) connection.close();
    else this.#idle.push(connection);
  }

  #forget(connection: Connection, byPeer: boolean): void {
    this.#busy.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    if (byPeer) this.#learn(connection.idleMs);
  }

  #isOld(connection: Connection): boolean {
    return this.#clock.now() - connection.openedAt > this.#options.maxAgeMs;
  }

  #keepAliveMs(): number {
    const { keepAliveMs, maxAgeMs } = this.#options;
    // A host that restarts closes every connection, however short its age: what was learnt stays only as long as
    // idle connections are seen to be closed.
    if (this.#learnt === undefined || this.#clock.now() - this.#learnt.at > maxAgeMs) return keepAliveMs;
    return Math.min(keepAliveMs, this.#learnt.keepAliveMs);
  }

  /** A request that meets the host's closing of its connection is lost: stay at half of the shortest age seen. */
  #learn(idleMs: number): void {
    this.#learnt = { keepAliveMs: Math.min(this.#keepAliveMs(), idleMs / 2), at: this.#clock.now() };
  }
}
