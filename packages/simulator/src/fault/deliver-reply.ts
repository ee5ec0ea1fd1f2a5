import type { ServerResponse } from 'node:http';
import type { Answer } from '../aliyun/answer.ts';
import type { Reply } from './reply.ts';

/** What a reply needs of its endpoint. */
export interface ReplyEndpoint {
  /** What the Date header says, in ms since 1970. */
  readonly dateMs: () => number;
  /** Calls back after some milliseconds, at once for 0; never after the listener was stopped. */
  readonly wait: (afterMs: number, then: () => void) => void;
  /** Resets the connection of the caller that has this port. */
  readonly reset: (callersPort: number | undefined) => void;
}

/** Puts a reply on the wire. */
export function deliverReply(
  reply: Reply,
  response: ServerResponse,
  { dateMs, wait, reset }: ReplyEndpoint,
): void {
  switch (reply.kind) {
    case 'answer':
      wait(reply.afterMs ?? 0, () => {
        writeAnswer(reply.answer, response, dateMs());
      });
      return;
    case 'later':
      wait(reply.afterMs, () => {
        writeAnswer(reply.perform(), response, dateMs());
      });
      return;
    case 'silence':
      return;
    case 'reset':
      if (reply.how === 'rst') reset(response.socket?.remotePort);
      else response.socket?.destroy();
      return;
    case 'half':
      writeHalf(reply.answer, response, dateMs(), reply.then);
      return;
    case 'bytes':
      response.socket?.end(reply.bytes);
      return;
  }
}

function writeHead(answer: Answer, response: ServerResponse, dateMs: number): void {
  response.writeHead(answer.status, {
    date: new Date(dateMs).toUTCString(),
    'content-type': answer.contentType,
    'content-length': String(Buffer.byteLength(answer.body)),
    ...answer.headers,
  });
}

function writeAnswer(answer: Answer, response: ServerResponse, dateMs: number): void {
  // The caller may have left while the answer was held back.
  if (response.destroyed) return;
  writeHead(answer, response, dateMs);
  response.end(answer.body);
}

function writeHalf(
  answer: Answer,
  response: ServerResponse,
  dateMs: number,
  then: 'reset' | 'silence',
): void {
  writeHead(answer, response, dateMs);
  const body = Buffer.from(answer.body);
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => {
    // A FIN, not a RST: a RST could overtake the half that is to be seen.
    if (then === 'reset') response.socket?.end();
  });
}
