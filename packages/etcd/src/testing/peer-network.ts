import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What members say of themselves in the first request on every connection to a peer: their id in hexadecimal. */
const sender = /^x-server-from: *([0-9a-f]+)/imu;

/** One connection from a member to another. */
interface PeerLink {
  readonly from: string;
  readonly to: string;
  readonly end: () => void;
}

/** The network between a cluster's members: each is reached by its peers through a port of this network's. */
export class PeerNetwork {
  readonly #servers: Server[] = [];
  readonly #links = new Set<PeerLink>();
  #cut: { readonly name: string; readonly id: string } | undefined;

  /** Opens a port that leads to a member's own peer port; resolves with the URL that peers must use. */
  async open(name: string, peerPort: number): Promise<string> {
    const server = createServer((socket) => {
      this.#accept(socket, name, peerPort);
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  /** Nothing passes any more between this member and the others. */
  cutOff(name: string, id: string): void {
    this.#cut = { name, id };
    for (const link of this.#links) if (!this.#passes(link)) link.end();
  }

  /** Everything passes again. */
  mend(): void {
    this.#cut = undefined;
  }

  /** Ends every connection and listens no more. */
  close(): void {
    for (const server of this.#servers) server.close();
    for (const { end } of this.#links) end();
  }

  #passes({ from, to }: Pick<PeerLink, 'from' | 'to'>): boolean {
    return this.#cut === undefined || (this.#cut.id !== from && this.#cut.name !== to);
  }

  #accept(socket: Socket, to: string, peerPort: number): void {
    socket.on('error', () => undefined);
    let head = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read).pause();
      const from = sender.exec(head.toString('latin1'))?.[1] ?? '';
      if (this.#passes({ from, to })) this.#connect(socket, head, { from, to }, peerPort);
      else socket.destroy();
    };
    socket.on('data', read);
  }

  #connect(near: Socket, head: Buffer, ends: Pick<PeerLink, 'from' | 'to'>, peerPort: number): void {
    const far = connect(peerPort, '127.0.0.1');
    const link: PeerLink = {
      ...ends,
      end: () => {
        this.#links.delete(link);
        near.destroy();
        far.destroy();
      },
    };
    this.#links.add(link);
    far.on('error', () => undefined);
    near.on('close', link.end);
    far.on('close', link.end);
    far.write(head);
    near.pipe(far).pipe(near);
  }
}
