import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { EndpointCall } from '../endpoint-call.ts';
import { deliverReply } from '../fault/deliver-reply.ts';
import type { FaultTable } from '../fault/fault-table.ts';
import { planReply } from '../fault/reply.ts';
import type { Log } from '../log.ts';
import { maskNumber } from '../log.ts';
import type { Certificate } from './certificate.ts';
import type { GateState, Standing } from './gate.ts';
import { Gate } from './gate.ts';
import type { RawRequest } from './raw-request.ts';
import { readRequest } from './raw-request.ts';

/** The real endpoints take URLs of 64 KiB and more: a thousand numbers stand in the query. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const IDLE_MS = 600_000;

/** What an endpoint makes of requests. */
export interface EndpointProtocol {
  /** The clock that its Date header shows, epoch milliseconds. */
  clock(): number;
  read(raw: RawRequest): EndpointCall;
}

/** What a server works with. */
export interface EndpointServerParts {
  readonly protocol: EndpointProtocol;
  readonly faults: FaultTable;
  readonly log: Log;
  /** Epoch milliseconds, the simulator's clock. */
  readonly now: () => number;
}

/** How a server listens. */
export interface EndpointServerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly keepAliveMs: number;
  readonly latencyMs: () => number;
  readonly certificate?: Certificate;
}

/** Requests since start. */
export interface EndpointCounts {
  readonly requests: number;
  readonly accepted: number;
  readonly struck: number;
  readonly connections: number;
}

/** One endpoint on one port: a gate, an HTTP server behind it, and the faults between. */
export class EndpointServer {
  readonly #parts: EndpointServerParts;
  readonly #options: EndpointServerOptions;
  readonly #gate: Gate;
  readonly #http: Server;
  readonly #timers = new Set<NodeJS.Timeout>();
  #requests = 0;
  #accepted = 0;
  #struck = 0;

  constructor(parts: EndpointServerParts, options: EndpointServerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#http = this.#createHttp();
    const { host, port } = options;
    this.#gate = new Gate((socket) => this.#http.emit('connection', socket), { host, port });
  }

  /** Base URL, once started. */
  get url(): string {
    const { host, certificate } = this.#options;
    const shown = host.includes(':') ? `[${host}]` : host;
    return `${certificate === undefined ? 'http' : 'https'}://${shown}:${this.#gate.port}`;
  }

  get state(): GateState {
    return this.#gate.state;
  }

  get counts(): EndpointCounts {
    return {
      requests: this.#requests,
      accepted: this.#accepted,
      struck: this.#struck,
      connections: this.#gate.connections,
    };
  }

  /** Begins to serve; rejects when the port is taken. */
  start(): Promise<void> {
    return this.#gate.start();
  }

  /** Refuses, blackholes or breaks connections, or opens again. */
  change(state: GateState, standing: Standing = 'cut'): Promise<void> {
    return this.#gate.change(state, standing);
  }

  /** Closes the port and every connection. */
  async stop(): Promise<void> {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    await this.#gate.stop();
  }

  #createHttp(): Server {
    const { certificate, keepAliveMs } = this.#options;
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: keepAliveMs };
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    const server =
      certificate === undefined
        ? createServer(limits, serve)
        : createTlsServer({ ...limits, key: certificate.key, cert: certificate.certificate }, serve);
    server.setTimeout(IDLE_MS);
    server.on('clientError', answerBrokenRequest);
    return server;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#gate.silent) return;
    if (this.#gate.state !== 'open') response.shouldKeepAlive = false;
    const read = await readRequest(message, MAX_BODY_BYTES);
    if (read.kind === 'gone') return;
    if (read.kind === 'too-large') {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    this.#requests += 1;
    try {
      this.#answer(read.request, response);
    } catch (error) {
      // A request must never end the process; what went wrong here is a mistake in the simulator itself.
      this.#parts.log.error({ region: this.#options.name, error: String(error) }, 'request failed');
      if (!response.headersSent) response.writeHead(500).end();
    }
  }

  #answer(raw: RawRequest, response: ServerResponse): void {
    const { protocol, faults, log, now } = this.#parts;
    const { name } = this.#options;
    const call = protocol.read(raw);
    const fault = faults.strike(name, call.facts, now());
    if (fault !== undefined) this.#struck += 1;
    const reply = planReply(fault?.spec, this.#counting(call));
    log.debug(() => {
      const { action, phoneNumbers } = call.facts();
      const to = phoneNumbers.slice(0, 3).map(maskNumber).join(',');
      const outcome = reply.kind === 'answer' ? reply.answer.code : reply.kind;
      return { region: name, action, to, outcome, fault: fault?.id };
    }, 'request');
    this.#wait(this.#options.latencyMs(), () => {
      deliverReply(reply, response, {
        dateMs: () => protocol.clock(),
        wait: (ms, then) => {
          this.#wait(ms, then);
        },
        reset: (callersPort) => {
          this.#gate.reset(callersPort);
        },
      });
    });
  }

  #counting(call: EndpointCall): EndpointCall {
    return {
      ...call,
      perform: (swallow) => {
        const answer = call.perform(swallow);
        if (answer.accepted) this.#accepted += 1;
        return answer;
      },
    };
  }

  #wait(afterMs: number, then: () => void): void {
    if (afterMs === 0) {
      then();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, afterMs);
    this.#timers.add(timer);
  }
}

/** What is no HTTP gets a 400 (431 for headers beyond the limit) where it still can, and the connection ends. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
