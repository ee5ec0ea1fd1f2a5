import type { ServerResponse } from 'node:http';
import type { Answer } from '../aliyun/answer.ts';
import type { Reply } from './reply.ts';

/** Puts a reply on the wire; `dateMs` is what the Date header says. */
export function deliverReply(reply: Reply, response: ServerResponse, dateMs: () => number, wait: Wait): void {
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
      if (reply.how === 'rst') response.socket?.resetAndDestroy();
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

/** Calls back after some milliseconds, at once for 0; never after the listener was stopped. */
export type Wait = (afterMs: number, then: () => void) => void;

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
