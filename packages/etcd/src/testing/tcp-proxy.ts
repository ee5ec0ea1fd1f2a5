import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';

/** A connection through the proxy: both its ends. */
interface Link {
  readonly near: Socket;
  readonly far: Socket;
  frozen: boolean;
}

/** Stands between a client and a port of loopback, and plays a network that loses what passes through it. */
export class TcpProxy {
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  #server: Server | undefined;
  #bytes = 0;
  #connections = 0;

  constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  /** Where it listens; throws while it does not. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (address === null || address === undefined) throw new Error('the proxy does not listen');
    return address.port;
  }

  /** Bytes that clients have sent through it. */
  get bytesSent(): number {
    return this.#bytes;
  }

  /** Connections that were ever opened. */
  get connections(): number {
    return this.#connections;
  }

  async start(): Promise<void> {
    this.#server = createServer((near) => {
      this.#link(near);
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** What is connected now stays connected, and nothing passes any more; later connections are not affected. */
  freeze(): void {
    for (const link of this.#links) link.frozen = true;
  }

  /** Ends every connection and listens no more. */
  stop(): void {
    this.#server?.close();
    for (const { near, far } of this.#links) {
      near.destroy();
      far.destroy();
    }
  }

  #link(near: Socket): void {
    const far = connect(this.#targetPort, '127.0.0.1');
    const link: Link = { near, far, frozen: false };
    this.#links.add(link);
    this.#connections += 1;
    near.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (!link.frozen) far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (!link.frozen) near.write(chunk);
    });
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (link.frozen) return;
        this.#links.delete(link);
        near.destroy();
        far.destroy();
      });
    }
  }
}
