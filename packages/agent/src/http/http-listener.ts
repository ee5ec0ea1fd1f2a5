import { chmod } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Server as PlainServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AgentLogger } from '../log/logger.ts';
import { removeDeadSocket } from '../disk/dead-socket.ts';
import { CancelSource } from '../timing/cancel-signal.ts';
import type { HttpAnswer, HttpHandler } from './http-answer.ts';
import { listenFailure, refuseLongPath } from './listen-failure.ts';
import type { ListenAddress } from './listen-address.ts';
import { connectProblem, garbageProblem, maxHeaderSize, otherVersion, rawAnswer } from './no-request.ts';
import { problemAnswer } from './problem.ts';
import type { Problem } from './problem.ts';
import type { BodyOwed } from './request-body.ts';
import { toOriginForm } from './request-target.ts';

/** What a port needs from outside. */
export interface HttpListenerDependencies {
  readonly handle: HttpHandler;
  readonly log: AgentLogger;
}

/** How a port listens. */
export interface HttpListenerOptions {
  readonly address: ListenAddress;
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long the request line and headers may take. Default 10 s. */
  readonly headersTimeoutMs?: number;
  /** How long a caller may read nothing of its answer before it is cut off. Default 30 s. */
  readonly readTimeoutMs?: number;
}

const maxConnections = 4096;
/** Longer than the pools of usual clients keep an idle connection, so that they are the ones to close it. */
const keepAliveTimeoutMs = 75_000;
/** A ceiling above the body's own timeout, for what is read and dropped after an early answer. */
const requestTimeoutMs = 30_000;

/** One port: turns a handler's answers into bytes, and whatever is no HTTP into a 400 and a closed connection. */
export class HttpListener {
  readonly #dependencies: HttpListenerDependencies;
  readonly #options: HttpListenerOptions;
  #server: Server | undefined;
  /** The newest answer of each connection: the last to be written, so that none is owed once it is closed. */
  readonly #newest = new WeakMap<object, ServerResponse>();
  /** Connections whose answers have not all gone out: their callers read slowly, or an earlier answer is due first. */
  readonly #untaken = new Set<Socket>();
  /** Those who wait until there are none. */
  readonly #waiting: (() => void)[] = [];
  #stopping = false;

  constructor(dependencies: HttpListenerDependencies, options: HttpListenerOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
  }

  /** Opens the port and tells where; port 0 gives a free one. Rejects with `LISTEN_FAILED`. */
  async start(): Promise<ListenAddress> {
    const { address, tls } = this.#options;
    const options: ServerOptions = {
      maxHeaderSize,
      headersTimeout: this.#options.headersTimeoutMs ?? 10_000,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 1000,
      // A request without Host gets our own refusal, with a code.
      requireHostHeader: false,
    };
    const onRequest: RequestListener = (request, response) => {
      void this.#serve(request, response);
    };
    const server: Server =
      tls === undefined
        ? createHttpServer(options, onRequest)
        : createHttpsServer({ ...options, ...tls }, onRequest);
    server.maxConnections = maxConnections;
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      socket.once('close', () => {
        this.#taken(socket);
      });
    });
    server.on('checkContinue', (request: BodyOwed, response) => {
      request.goAhead = () => {
        if (!response.headersSent) response.writeContinue();
      };
      onRequest(request, response);
    });
    server.on('checkExpectation', onRequest);
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#refuseGarbage(error, socket);
    });
    server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
      socket.on('error', ignore);
      // The server has let go of it, and would not end it when it stops.
      socket.once('finish', () => {
        socket.destroy();
      });
      this.#refuse(connectProblem, socket);
    });
    await listen(server, address);
    this.#server = server;
    if (address.kind === 'unix') return address;
    const bound = server.address();
    return { ...address, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
  }

  /** Closes the port, lets answers under way be written for at most `deadlineMs`, then ends every connection. */
  async stop(deadlineMs: number): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#stopping = true;
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, deadlineMs);
    if (this.#untaken.size > 0) {
      // Its own close would cut them: a connection is idle to it once its answer was handed over, not once it has gone.
      PlainServer.prototype.close.call(server);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    clearTimeout(cut);
    this.#server = undefined;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#newest.set(request.socket, response);
    const hangUp = new CancelSource();
    response.on('close', () => {
      if (!response.writableFinished) hangUp.abort();
      if (this.#untaken.size > 0 && this.#newest.get(request.socket)?.closed === true) {
        this.#taken(request.socket);
      }
    });
    response.on('error', ignore);
    if (request.httpVersionMajor !== 1) {
      this.#write(request, response, otherVersion());
      return;
    }
    if (request.url?.startsWith('/') !== true) toOriginForm(request);
    let answer: HttpAnswer;
    try {
      answer = await this.#dependencies.handle(request, hangUp);
    } catch (error) {
      this.#dependencies.log.error({ err: error }, 'request failed by a defect');
      answer = problemAnswer({
        code: 'REQUEST_UNEXPECTED_FAILURE',
        detail: 'The agent failed in an unexpected way; whether the message was sent is not known.',
      });
    }
    this.#write(request, response, answer);
  }

  #write(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
    if (response.destroyed || response.headersSent) return;
    // A caller that was never told to continue will not send the body that the parser waits for.
    const unread = !request.complete && request.headers.expect !== undefined;
    // Where another answer is owed behind this one, that one is the last.
    const last = this.#stopping && this.#newest.get(request.socket) === response;
    if (answer.close === true || unread || last) response.shouldKeepAlive = false;
    const headers = ['cache-control', 'no-store', 'content-length', String(Buffer.byteLength(answer.body))];
    for (const name in answer.headers) headers.push(name, answer.headers[name] ?? '');
    response.writeHead(answer.status, headers);
    response.end(request.method === 'HEAD' ? undefined : answer.body);
    // What is left of an unwanted body is read and dropped: closing on it could take the answer along.
    if (!request.readableEnded) request.resume();
    if (response.writableLength === 0) return;
    this.#untaken.add(request.socket);
    // What does not fit into the connection waits in memory, though not for ever.
    if (request.socket.writableLength > 0) response.setTimeout(this.#options.readTimeoutMs ?? 30_000);
  }

  /** Nothing waits to go out on this connection any more. */
  #taken(socket: Socket): void {
    if (!this.#untaken.delete(socket) || this.#untaken.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Answers bytes that are no request. */
  #refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    this.#refuse(garbageProblem(error), socket);
    const owed = this.#newest.get(socket);
    if (owed === undefined || owed.closed) return;
    const request: BodyOwed = owed.req;
    if (request.complete) return;
    if (error.code?.startsWith('HPE_') === true) request.garbled = true;
    // Whoever still waits for the rest of this request's body waits for nothing.
    if (request.listenerCount('error') > 0) request.emit('error', error);
  }

  /** Refuses once the answers still owed on the connection have gone out, and closes it. */
  #refuse(problem: Problem, socket: Duplex): void {
    const refuse = (): void => {
      if (socket.writable) socket.end(rawAnswer(problem));
      else socket.destroy();
    };
    const owed = this.#newest.get(socket);
    if (owed?.closed === false) owed.once('close', refuse);
    else refuse();
  }
}

/** A caller that is gone is told of by `close`. */
function ignore(): void {
  // Nothing is left to be done.
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  try {
    if (address.kind === 'unix') {
      refuseLongPath(address.path);
      await removeDeadSocket(address.path);
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      const done = (): void => {
        server.off('error', reject);
        resolve();
      };
      if (address.kind === 'unix') server.listen({ path: address.path, backlog: maxConnections }, done);
      else server.listen({ port: address.port, host: address.host, backlog: maxConnections }, done);
    });
    if (address.kind === 'unix') await chmod(address.path, 0o660);
  } catch (error) {
    server.close();
    throw await listenFailure(address, error);
  }
}
