import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRequest } from '../listener/raw-request.ts';
import type { Log } from '../log.ts';
import type { ControlAnswer, ControlRoute } from './control-route.ts';
import { ControlProblem } from './problem.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Serves the control API: JSON in, JSON out, every mistake with field, value and what was allowed. */
export class ControlServer {
  readonly #routes: readonly ControlRoute[];
  readonly #log: Log;
  readonly #options: { readonly host: string; readonly port: number };
  readonly #server: Server;

  constructor(
    parts: { readonly routes: readonly ControlRoute[]; readonly log: Log },
    options: { readonly host: string; readonly port: number },
  ) {
    this.#routes = parts.routes;
    this.#log = parts.log;
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  /** Base URL, once started. */
  get url(): string {
    const { host } = this.#options;
    const { port } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Begins to serve; rejects when the port is taken. */
  async start(): Promise<void> {
    this.#server.listen({ host: this.#options.host, port: this.#options.port });
    await once(this.#server, 'listening');
  }

  /** Closes the port and every connection. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(message);
    if (answer === undefined || response.destroyed) return;
    response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers });
    response.end(answer.body);
  }

  async #answer(message: IncomingMessage): Promise<ControlAnswer | undefined> {
    try {
      // A web page in a browser on this machine must not set faults.
      if (message.headers.origin !== undefined) {
        throw new ControlProblem(403, 'ORIGIN_REFUSED', [
          { field: 'header origin', value: message.headers.origin, allowed: 'absent: browsers are refused' },
        ]);
      }
      const read = await readRequest(message, MAX_BODY_BYTES);
      if (read.kind === 'gone') return undefined;
      if (read.kind === 'too-large') {
        throw new ControlProblem(413, 'REQUEST_TOO_LARGE', [
          { field: 'body', allowed: `at most ${MAX_BODY_BYTES} bytes` },
        ]);
      }
      const { method, path, query, body } = read.request;
      const found = this.#find(method, path);
      return await found.route.handle({
        parameter: found.parameter,
        query: new URLSearchParams(query),
        accept: message.headers.accept ?? '',
        body: () => parseJson(body),
      });
    } catch (error) {
      return this.#refusal(error);
    }
  }

  #find(method: string, path: string): { route: ControlRoute; parameter: string } {
    const matching = this.#routes.flatMap((route) => {
      const parameter = matchPath(route.path, path);
      return parameter === undefined ? [] : [{ route, parameter }];
    });
    const found = matching.find(({ route }) => route.method === method);
    if (found !== undefined) return found;
    if (matching.length > 0) {
      const allowed = `one of ${matching.map(({ route }) => route.method).join(', ')}`;
      throw new ControlProblem(405, 'METHOD_NOT_ALLOWED', [{ field: 'method', value: method, allowed }]);
    }
    const allowed = `one of ${[...new Set(this.#routes.map((route) => route.path))].join(', ')}`;
    throw new ControlProblem(404, 'PATH_UNKNOWN', [{ field: 'path', value: path, allowed }]);
  }

  #refusal(error: unknown): ControlAnswer {
    const contentType = 'application/json;charset=utf-8';
    if (error instanceof ControlProblem) {
      return { status: error.status, contentType, body: `${JSON.stringify(error)}\n`, headers: {} };
    }
    const text = error instanceof Error ? error.message : String(error);
    this.#log.error({ error: text }, 'control request failed');
    return {
      status: 500,
      contentType,
      body: `${JSON.stringify({ code: 'FAILED', message: text })}\n`,
      headers: {},
    };
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const allowed = `JSON (${error instanceof Error ? error.message : 'unreadable'})`;
    throw new ControlProblem(400, 'REQUEST_NOT_JSON', [
      { field: 'body', value: body.toString('utf8', 0, 80), allowed },
    ]);
  }
}

/** What stands in place of `{…}`, an empty string where there is none, or undefined for another path. */
function matchPath(pattern: string, path: string): string | undefined {
  const brace = pattern.indexOf('{');
  if (brace < 0) return pattern === path ? '' : undefined;
  const rest = path.slice(brace);
  const fits = path.startsWith(pattern.slice(0, brace)) && rest !== '' && !rest.includes('/');
  return fits ? rest : undefined;
}
