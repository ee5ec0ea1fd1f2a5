import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request that came through, and the answer to it. */
export interface Relayed {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: string;
  readonly status: number;
}

/** How a relay treats requests. */
export interface RelayOptions {
  /** Where requests go. */
  readonly to: string;
  /** Takes away all that tells of a web page, and answers preflights as pages wish; default false. */
  readonly gullible?: boolean;
  /** The port to stand on; default a free one. */
  readonly port?: number;
}

/** What browsers say of themselves and of the page. */
const telling = /^(?:origin|referer|cookie|sec-.*|access-control-.*|upgrade|connection|host)$/;

const everything = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-private-network': 'true',
};

/** Stands before a port, hands every request on byte for byte in its headers, and notes it with its answer. */
export class Relay {
  readonly requests: Relayed[] = [];
  readonly #options: RelayOptions;
  readonly #server: Server;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      socket.on('error', () => undefined);
      this.#exchange(request, '').then(
        ({ status }) => socket.end(`HTTP/1.1 ${String(status)} Answered\r\nContent-Length: 0\r\n\r\n`),
        () => socket.destroy(),
      );
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<this> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    if (this.#options.gullible === true && request.method === 'OPTIONS') {
      response.writeHead(204, everything).end();
      return;
    }
    const { status, headers, text } = await this.#exchange(request, body);
    response.writeHead(status, this.#options.gullible === true ? { ...headers, ...everything } : headers);
    response.end(text);
  }

  async #exchange(request: IncomingMessage, body: string) {
    const { method = '', url = '', rawHeaders } = request;
    const { hostname, port } = new URL(this.#options.to);
    const asked = httpRequest({ hostname, port, method, path: url, setHost: false });
    for (const [name, values] of Object.entries(this.#headers(rawHeaders))) {
      asked.setHeader(name, values);
    }
    asked.end(body);
    const answer = await answerOf(asked);
    this.requests.push({ method, url, headers: request.headers, body, status: answer.status });
    return answer;
  }

  #headers(rawHeaders: readonly string[]): Record<string, string[]> {
    const headers: Record<string, string[]> = {};
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = (rawHeaders[at] ?? '').toLowerCase();
      if (this.#options.gullible === true && telling.test(name)) continue;
      (headers[name] ??= []).push(rawHeaders[at + 1] ?? '');
    }
    return this.#options.gullible === true ? { ...headers, host: [new URL(this.#options.to).host] } : headers;
  }
}

async function answerOf(asked: ReturnType<typeof httpRequest>) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
    asked.once('upgrade', () => {
      reject(new Error('upgraded'));
    });
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const headers: OutgoingHttpHeaders = { ...response.headers };
  delete headers['transfer-encoding'];
  return { status: response.statusCode ?? 0, headers, text };
}
