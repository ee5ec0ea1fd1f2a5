import type { IncomingMessage } from 'node:http';
import type { Problem } from './problem.ts';

/** The largest body that the API port reads, in bytes. */
export const maxBodyBytes = 256 * 1024;
/** How long a body may take to arrive once its headers have. */
const bodyTimeoutMs = 10_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A request with what its port knows of a body that has not arrived. */
export interface BodyOwed extends IncomingMessage {
  /** Tells a caller that sends its body only once it is wanted (`Expect: 100-continue`) that it is. */
  goAhead?: () => void;
  /** What came in place of the body, or of its next chunk, is none. */
  garbled?: boolean;
}

/** Reads a body whole, or says why not; whatever a caller sends afterwards is read and dropped. */
export async function readBody(request: BodyOwed, timeoutMs = bodyTimeoutMs): Promise<string | Problem> {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > maxBodyBytes) {
    request.resume();
    return tooLarge();
  }
  // Whatever is awaited goes on only once the parser has given what it has.
  await Promise.resolve();
  const read =
    (announced === undefined ? unreadable(request) : arrived(request, Number(announced))) ??
    (await collect(request, timeoutMs));
  if (!Buffer.isBuffer(read)) return read;
  try {
    return utf8.decode(read);
  } catch {
    return { code: 'REQUEST_NOT_JSON', detail: 'The body is not valid UTF-8.' };
  }
}

/** A body of `length` bytes that came in one piece with its headers: mostly there is nothing to wait for. */
function arrived(request: IncomingMessage, length: number): Buffer | undefined {
  if (request.readableLength !== length) return undefined;
  const body: unknown = request.read();
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Why there is no use in waiting for a body without a length. */
function unreadable(request: BodyOwed): Problem | undefined {
  if (request.garbled === true) return broken(request);
  const { 'transfer-encoding': coding = 'chunked' } = request.headers;
  if (coding.toLowerCase() === 'chunked') return undefined;
  request.resume();
  return { code: 'REQUEST_CONTENT_TYPE', detail: 'Transfer-Encoding must be chunked, and nothing besides.' };
}

function collect(request: BodyOwed, timeoutMs: number): Promise<Buffer | Problem> {
  request.goAhead?.();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: Buffer | Problem): void => {
      clearTimeout(timer);
      request.off('data', onData);
      request.resume();
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish({
        code: 'REQUEST_TIMEOUT',
        detail: `The body did not arrive within ${String(timeoutMs)} ms of its headers.`,
        close: true,
      });
    }, timeoutMs);
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBodyBytes) finish(tooLarge());
      else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => {
      finish(Buffer.concat(chunks));
    });
    // A caller that is gone gets no answer; the handler still needs an end.
    request.once('error', () => {
      finish(broken(request));
    });
  });
}

function broken({ garbled }: BodyOwed): Problem {
  return {
    code: 'REQUEST_MALFORMED',
    detail:
      garbled === true
        ? 'The body is not in well-formed chunks.'
        : 'The connection broke before the body was whole.',
    close: true,
  };
}

function tooLarge(): Problem {
  return {
    code: 'REQUEST_TOO_LARGE',
    detail: `The body is larger than ${String(maxBodyBytes)} bytes, the most that is taken.`,
  };
}
