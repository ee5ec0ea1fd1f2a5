import { WaystationError } from '@waystation/core';
import type { CallOptions } from '@waystation/core';
import { EtcdConnection } from './connection.ts';
import type { EtcdOptions } from './etcd-options.ts';
import { isOfTheMember, toStoreError, wantsNewLogin, wasNeverSent } from './failure.ts';

/** What may be done when a call fails. */
export type Repeatable =
  /** A read, or what is harmless to do twice: another member may be asked. */
  | 'always'
  /** A write: another member may be asked only when the first certainly never heard of it. */
  | 'if-never-sent';

/**
 * The members of a cluster, one in use at a time. Clients of a fleet begin at random members; one whose calls fail
 * is left for the next, since a member that is cut off from its peers looks well from the outside.
 */
export class EtcdConnections {
  readonly #options: EtcdOptions;
  #index: number;
  #current: Promise<EtcdConnection> | undefined;
  #closed = false;

  constructor(options: EtcdOptions) {
    this.#options = options;
    this.#index = Math.floor(Math.random() * options.endpoints.length);
  }

  /** The connection in use. */
  async current(): Promise<EtcdConnection> {
    if (this.#closed) throw new WaystationError('STORE_UNAVAILABLE', 'the store is closed');
    const { endpoints } = this.#options;
    const endpoint = endpoints[this.#index % endpoints.length];
    if (endpoint === undefined) throw new WaystationError('CONFIG_INVALID', 'no etcd endpoint is configured');
    this.#current ??= EtcdConnection.open(endpoint, this.#options).catch((error: unknown) => {
      this.#current = undefined;
      throw toStoreError(error, endpoint, 'loading the client');
    });
    const connection = await this.#current;
    if (this.#isClosed()) throw new WaystationError('STORE_UNAVAILABLE', 'the store is closed');
    return connection;
  }

  /** Leaves a connection: the next call opens one anew, `elsewhere` at the next member. */
  async leave(connection: EtcdConnection, elsewhere: boolean): Promise<void> {
    const using = this.#current;
    const inUse = await using?.catch(() => undefined);
    if (inUse !== connection || this.#current !== using || this.#isClosed()) return;
    this.#current = undefined;
    if (elsewhere) this.#index += 1;
    connection.close();
  }

  /** Runs a call at the member in use, and again where that is allowed and may help. */
  async call<T>(
    doing: string,
    repeatable: Repeatable,
    run: (connection: EtcdConnection) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    options.signal?.throwIfAborted();
    let tries = this.#options.endpoints.length;
    let loggedIn = false;
    for (;;) {
      const connection = await this.current();
      try {
        return await run(connection);
      } catch (error) {
        if (options.signal?.aborted === true) throw error;
        const failure = toStoreError(error, connection.endpoint, doing);
        tries -= 1;
        if (wantsNewLogin(failure) && !loggedIn) {
          loggedIn = true;
          await this.leave(connection, false);
          continue;
        }
        if (!isOfTheMember(failure)) throw failure;
        // Where there is no other member, gRPC goes on connecting to this one; but a connection on which nothing
        // passes any more looks well to it.
        const silent = failure.code === 'STORE_TIMEOUT';
        if (silent || this.#options.endpoints.length > 1) await this.leave(connection, true);
        // A silent member has used the caller's time up; the next call finds another one.
        const neverSent = wasNeverSent(failure);
        const again = neverSent || (repeatable === 'always' && !silent);
        if (again && tries > 0) continue;
        throw repeatable === 'always' || neverSent ? failure : inDoubt(failure);
      }
    }
  }

  /** Ends all connections; later calls fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const connection = await this.#current?.catch(() => undefined);
    connection?.close();
  }

  /** A call, so that the compiler does not take the answer for settled. */
  #isClosed(): boolean {
    return this.#closed;
  }
}

function inDoubt({ code, message, cause }: WaystationError): WaystationError {
  return new WaystationError(code, `${message}; whether it took place is not known`, { cause });
}
