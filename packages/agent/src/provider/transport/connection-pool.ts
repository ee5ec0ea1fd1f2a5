import type { Clock, Endpoint, Instant, TransportFailure } from '@waystation/core';
import type { Alarms } from '../../timing/alarm.ts';
import type { CancelSignal } from '../../timing/cancel-signal.ts';
import { TimingWheel } from '../../timing/timing-wheel.ts';
import { Connection } from './connection.ts';
import type { HttpRequest, TransportResult } from './http-message.ts';
import { IdleAge } from './idle-age.ts';
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
  /** What requests wait on. Default: a wheel of its own. */
  readonly alarms?: Alarms;
  /** What is learnt of the host's idle connections, by all pools that share it. Default: one of its own. */
  readonly idleAge?: IdleAge;
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
  readonly signal?: CancelSignal | undefined;
  /** Whether a request that was written is listened to after the deadline, up to `readMs`. Default false. */
  readonly listen?: boolean | undefined;
  /** Asked when a connection stands: false leaves it to others and gives the request up. Default: yes. */
  readonly mayWrite?: (() => boolean | Promise<boolean>) | undefined;
}

const cancelled: TransportResult = { answered: false, failure: { kind: 'cancelled', written: false } };

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
  #closed = false;

  constructor(clock: Clock, endpoint: Endpoint, options: ConnectionPoolOptions = {}) {
    this.#clock = clock;
    this.#endpoint = endpoint;
    const { alarms = new TimingWheel(clock), idleAge = new IdleAge() } = options;
    const bounds = { keepAliveMs: 10_000, maxAgeMs: 300_000, maxAnswerBytes: 262_144 };
    this.#options = { ...bounds, ...options, alarms, idleAge };
  }

  /** Connections that stand, in use or idle. */
  get open(): number {
    return this.#idle.length + this.#busy.size;
  }

  /** Sends what `make` makes once a connection is ready; it is called again for another connection. Never rejects. */
  async send(make: () => HttpRequest, limits: CallLimits): Promise<TransportResult> {
    for (;;) {
      if (this.#closed || isGivenUp(limits)) return cancelled;
      const idle = this.#takeIdle();
      const connection = idle ?? (await this.#connect(limits));
      if (!(connection instanceof Connection)) return { answered: false, failure: connection };
      const idleMs = connection.idleMs(this.#clock.now());
      let result = cancelled;
      try {
        const may = limits.mayWrite?.() ?? true;
        // Mostly it is known at once, and then nothing is waited for.
        const goes = typeof may === 'boolean' ? may : await may;
        if (goes && !isGivenUp(limits)) result = await connection.send(make(), limits);
      } finally {
        this.#giveBack(connection);
      }
      if (result.answered || idle === undefined) return result;
      const { kind, written } = result.failure;
      const lost = kind === 'closed' || kind === 'reset';
      if (lost) this.#learn(idleMs);
      // The host had closed an idle connection and nothing was written: that says nothing of the host.
      if (written || !lost) return result;
    }
  }

  /** Closes every connection; requests under way are given up. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#opening) giveUp();
    for (const connection of [...this.#idle, ...this.#busy]) connection.close();
  }

  /** The connection that was used last, if it may still be used; what is past its use is closed on the way. */
  #takeIdle(): Connection | undefined {
    const now = this.#clock.now();
    for (let connection = this.#idle.at(-1); connection !== undefined; connection = this.#idle.at(-1)) {
      const idleMs = connection.idleMs(now);
      const usable = connection.live && idleMs <= connection.keepAliveMs && !this.#isOld(connection, now);
      if (usable && idleMs > this.#options.idleAge.limitMs(now)) {
        this.#keepOneIdle();
        return undefined;
      }
      this.#idle.pop();
      if (usable) {
        this.#busy.add(connection);
        return connection;
      }
      connection.close();
    }
    return undefined;
  }

  /**
   * All are idle for too long for this host. The oldest is left standing, since its closing tells how long is not; the
   * others would only add up, one a request, at a host that was seen to close everything at once.
   */
  #keepOneIdle(): void {
    for (const connection of this.#idle.splice(1)) connection.close();
  }

  async #connect({ connectMs, deadline, signal }: CallLimits): Promise<Connection | TransportFailure> {
    let giveUp = (): void => undefined;
    const remainingMs = deadline - this.#clock.now();
    const opened = await openSocket(this.#endpoint, {
      connectMs: Math.max(0, Math.min(connectMs, remainingMs)),
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
    if (!opened.ok) {
      const { failure } = opened;
      const cutShort = failure.kind === 'connect-timeout' && remainingMs < connectMs;
      return cutShort ? { ...failure, cutShort } : failure;
    }
    if (this.#closed) {
      opened.socket.destroy();
      return { kind: 'cancelled', written: false };
    }
    const { alarms, maxAnswerBytes, keepAliveMs } = this.#options;
    const connection = new Connection(opened.socket, {
      endpoint: this.#endpoint,
      clock: this.#clock,
      alarms,
      maxAnswerBytes,
      keepAliveMs,
      onClosed: (closed, byPeer) => {
        this.#forget(closed, byPeer);
      },
    });
    this.#busy.add(connection);
    return connection;
  }

  #giveBack(connection: Connection): void {
    this.#busy.delete(connection);
    if (!connection.live) return;
    if (this.#closed || this.#isOld(connection, this.#clock.now())) connection.close();
    else this.#idle.push(connection);
  }

  #forget(connection: Connection, byPeer: boolean): void {
    this.#busy.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    if (byPeer) this.#learn(connection.idleMs(this.#clock.now()));
  }

  #isOld({ openedAt }: Connection, now: Instant): boolean {
    return now - openedAt > this.#options.maxAgeMs;
  }

  #learn(idleMs: number): void {
    this.#options.idleAge.learn(idleMs, this.#clock.now());
  }
}

function isGivenUp({ signal }: CallLimits): boolean {
  return signal?.aborted === true;
}
