import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { parseEndpoint } from '@waystation/core';
import type { Endpoint } from '@waystation/core';
import { httpAnswer } from './raw-server.ts';

/** How a peer treats idle connections. */
export interface IdlePeerOptions {
  /** Drawn anew when a connection becomes idle: after how many ms the peer closes it. */
  readonly closesAfterMs: () => number;
  /** The clock that idle ages are counted by. */
  readonly now: () => number;
  /** Of its answers. Default `{}`. */
  readonly body?: string;
}

/** A connection as the peer sees it. */
interface PeerConnection {
  idleSince: number;
  closesAfterMs: number;
}

/**
 * A host that closes idle connections, by a clock that tests may move, and tells nobody how long it waits. A request
 * that comes when the age is reached meets the closing: it is read by nobody, and its connection is gone.
 */
export class IdlePeer {
  readonly #server: Server;
  readonly #options: IdlePeerOptions;
  readonly #connections = new Map<Socket, PeerConnection>();
  /** Requests that were answered. */
  answered = 0;

  private constructor(options: IdlePeerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      const connection = { idleSince: options.now(), closesAfterMs: options.closesAfterMs() };
      this.#connections.set(socket, connection);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#connections.delete(socket));
      // Requests of these tests come one at a time and fit into a chunk.
      socket.on('data', () => {
        this.#answer(socket, connection);
      });
    });
  }

  /** Listens on a free port of loopback. */
  static async start(options: IdlePeerOptions): Promise<IdlePeer> {
    const peer = new IdlePeer(options);
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  /** Where it listens. */
  get endpoint(): Endpoint {
    const { port } = this.#server.address() as AddressInfo;
    const endpoint = parseEndpoint(`http://127.0.0.1:${String(port)}`);
    if (endpoint === undefined) throw new Error(`port ${String(port)} makes no endpoint`);
    return endpoint;
  }

  /** Connections that stand. */
  get open(): number {
    return this.#connections.size;
  }

  /** After how many ms the connection that became idle last is closed; undefined: there is none. */
  get closesNextAfterMs(): number | undefined {
    return [...this.#connections.values()].at(-1)?.closesAfterMs;
  }

  /** Closes what has been idle for `beyondMs` longer than it may be. */
  closeIdle(beyondMs: number): void {
    for (const [socket, connection] of this.#connections) {
      if (this.#overMs(connection) >= beyondMs) socket.destroy();
    }
  }

  /** Ends it with all its connections. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#connections.keys()) socket.destroy();
    await closed;
  }

  #answer(socket: Socket, connection: PeerConnection): void {
    if (this.#overMs(connection) >= 0) {
      socket.destroy();
      return;
    }
    this.answered += 1;
    socket.write(httpAnswer(this.#options.body ?? '{}'));
    connection.idleSince = this.#options.now();
    connection.closesAfterMs = this.#options.closesAfterMs();
  }

  #overMs({ idleSince, closesAfterMs }: PeerConnection): number {
    return this.#options.now() - idleSince - closesAfterMs;
  }
}
