import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { parseEndpoint } from '@waystation/core';
import type { Endpoint } from '@waystation/core';

/** What a raw server does with one request: `socket` it came on, how many came on it before. */
export type OnRequest = (socket: Socket, before: number) => void;

/** An answer with a body, as bytes. */
export function httpAnswer(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n${headers}\r\n${body}`;
}

/** A server that counts connections and requests, and answers as a test says, byte by byte. */
export class RawServer {
  readonly #server: Server;
  readonly sockets = new Set<Socket>();
  /** Connections that were ever made. */
  connections = 0;
  /** Heads of the requests that came, oldest first. */
  readonly requests: string[] = [];

  private constructor(onRequest: OnRequest) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      let before = 0;
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
      // Requests of these tests are small and come one at a time: a chunk is a request.
      socket.on('data', (chunk) => {
        this.requests.push(chunk.toString('utf8'));
        onRequest(socket, before);
        before += 1;
      });
    });
  }

  /** Listens on a free port of loopback. */
  static async start(onRequest: OnRequest): Promise<RawServer> {
    const server = new RawServer(onRequest);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  get endpoint(): Endpoint {
    const endpoint = parseEndpoint(this.url);
    if (endpoint === undefined) throw new Error(`${this.url} is no endpoint`);
    return endpoint;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
