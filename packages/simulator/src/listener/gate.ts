import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { BlackHole } from './black-hole.ts';
import { HeldPort } from './held-port.ts';

/** How a port treats connections. */
export type GateState = 'open' | 'refuse' | 'blackhole' | 'tls-failure';

/** What becomes of connections that stand when a port closes: cut, or each may serve one more request. */
export type Standing = 'cut' | 'finish';

/** `handshake_failure`, fatal: what a TLS server says when it will not go on. */
const TLS_ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/**
 * A port that can be refused, blackholed or broken and opened again on the same number. It hands connections to
 * an HTTP server that does not listen itself.
 */
export class Gate {
  readonly #accept: (socket: Socket) => void;
  readonly #host: string;
  #port: number;
  #state: GateState = 'open';
  #standing: Standing = 'cut';
  #server: Server | undefined;
  #hole: BlackHole | undefined;
  #held: HeldPort | undefined;
  readonly #sockets = new Set<Socket>();
  /** Changes run one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(accept: (socket: Socket) => void, options: { readonly host: string; readonly port: number }) {
    this.#accept = accept;
    this.#host = options.host;
    this.#port = options.port;
  }

  /** The port listened on, once started. */
  get port(): number {
    return this.#port;
  }

  get state(): GateState {
    return this.#state;
  }

  /** Whether standing connections get no answer either. */
  get silent(): boolean {
    return this.#state === 'blackhole' && this.#standing === 'cut';
  }

  /** Connections held now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Begins to listen; rejects when the port is taken. */
  async start(): Promise<void> {
    await this.#listen();
  }

  /** Changes how connections are treated; resolves once it is in force. */
  change(state: GateState, standing: Standing): Promise<void> {
    const done = this.#last.then(() => this.#turn(state, standing));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.#last;
    this.#dropConnections();
    await this.#unlisten();
    await this.#hole?.close();
    this.#held?.release();
  }

  /** Resets the connection that came from this port of its caller: below TLS as well, which cannot do it itself. */
  reset(callersPort: number | undefined): void {
    for (const socket of this.#sockets) if (socket.remotePort === callersPort) socket.resetAndDestroy();
  }

  async #turn(state: GateState, standing: Standing): Promise<void> {
    const same = state === this.#state;
    if (same && standing === this.#standing) return;
    const wasSilent = this.silent;
    this.#state = state;
    this.#standing = standing;
    // In a blackhole the packets of standing connections vanish too; they are dropped when it ends.
    const cut = standing === 'cut' && (state === 'refuse' || state === 'tls-failure');
    const isSilent = standing === 'cut' && state === 'blackhole';
    if (cut || (wasSilent && !isSilent)) this.#dropConnections();
    if (!same) await this.#reopen(state);
  }

  async #reopen(state: GateState): Promise<void> {
    if (state === 'blackhole') {
      await this.#unlisten();
      this.#hole = await BlackHole.open(this.#host, this.#port);
      this.#letGo();
      return;
    }
    await this.#hole?.close();
    this.#hole = undefined;
    if (state === 'refuse') {
      await this.#unlisten();
      this.#held = await HeldPort.hold(this.#host, this.#port);
      return;
    }
    try {
      if (this.#server === undefined) await this.#listen();
    } catch (error) {
      // Another program took the port meanwhile: it stays refused, and opening can be tried again.
      this.#state = 'refuse';
      throw error;
    }
    this.#letGo();
  }

  #letGo(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  async #listen(): Promise<void> {
    // Half open, as HTTP servers are: a caller that has closed its side still gets its answer.
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#admit(socket);
    });
    server.listen({ host: this.#host, port: this.#port });
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async #unlisten(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    // Not awaited: closing ends only with the last connection, and those may have to stay.
    server.close();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#state !== 'tls-failure') {
      this.#accept(socket);
      return;
    }
    socket.once('data', () => socket.end(TLS_ALERT));
    socket.once('end', () => socket.end());
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }
}
