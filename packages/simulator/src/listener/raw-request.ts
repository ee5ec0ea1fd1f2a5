import type { IncomingMessage } from 'node:http';

/** A request as it came off the wire, whole. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** What follows the `?`, undecoded. */
  readonly query: string;
  /** Names in lower case; of a repeated header the values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What reading a request comes to. */
export type ReadResult =
  | { readonly kind: 'read'; readonly request: RawRequest }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'gone' };

/** Reads a request with its body, which may be chunked and at most `maxBytes` long. */
export async function readRequest(message: IncomingMessage, maxBytes: number): Promise<ReadResult> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return { kind: 'too-large' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'gone' };
  }
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  return {
    kind: 'read',
    request: {
      method: message.method ?? 'GET',
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      headers: joinHeaders(message),
      body: Buffer.concat(chunks),
    },
  };
}

function joinHeaders(message: IncomingMessage): Record<string, string> {
  const joined: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined) joined[name] = values.join(',');
  }
  return joined;
}
