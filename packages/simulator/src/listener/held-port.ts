import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * Keeps a port ours while it refuses connections: an outgoing connection is bound to it, so that the kernel gives
 * it to nobody else, and nobody listens. Without it another program could take the port before it opens again.
 */
export class HeldPort {
  readonly #anchor: Server;
  readonly #holder: Socket;

  private constructor(anchor: Server, holder: Socket) {
    this.#anchor = anchor;
    this.#holder = holder;
  }

  /** Holds a port that nobody listens on; undefined where the system does not allow it. */
  static async hold(host: string, port: number): Promise<HeldPort | undefined> {
    const anchor = createServer((socket) => socket.on('error', () => undefined));
    anchor.listen(0, host);
    await once(anchor, 'listening');
    const holder = connect({
      host,
      port: (anchor.address() as AddressInfo).port,
      localAddress: host,
      localPort: port,
    });
    try {
      await once(holder, 'connect');
    } catch {
      holder.destroy();
      anchor.close();
      return undefined;
    }
    holder.on('error', () => undefined);
    return new HeldPort(anchor, holder);
  }

  /** Lets go; the port may be listened on before or after. */
  release(): void {
    this.#holder.resetAndDestroy();
    this.#anchor.close();
  }
}
