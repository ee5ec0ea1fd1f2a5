import type { HttpAnswer } from './http-answer.ts';
import { portRefusal } from './port-refusal.ts';
import type { Problem } from './problem.ts';

/** URLs of up to 64 KiB are taken, and 16 KiB of headers beside them. */
export const maxHeaderSize = 80 * 1024;

/** What is wrong with bytes of which the parser made no request. */
export function garbageProblem(error: NodeJS.ErrnoException): Problem {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'REQUEST_HEADERS_TOO_LARGE',
        detail: `The URL and headers together have more than ${String(maxHeaderSize)} bytes.`,
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'REQUEST_TIMEOUT', detail: 'The request did not arrive in time.' };
    default:
      return { code: 'REQUEST_MALFORMED', detail: 'What arrived is not a well-formed HTTP/1.1 request.' };
  }
}

/** CONNECT is for proxies; it names no path, and so no method that would be taken there. */
export const connectProblem: Problem = {
  code: 'REQUEST_METHOD_NOT_ALLOWED',
  detail: 'This port is no proxy: it takes no CONNECT.',
  headers: { allow: '' },
};

/** The refusal of a request line that says HTTP/2.0 or the like, which the parser lets through. */
export function otherVersion(): HttpAnswer {
  const detail = 'The request line must say HTTP/1.1 or HTTP/1.0.';
  return { ...portRefusal({ code: 'REQUEST_MALFORMED', detail }), close: true };
}

/** A refusal as bytes, for a connection that has no request to answer. */
export function rawAnswer(problem: Problem): string {
  const { status, headers, body } = portRefusal(problem);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = String(Buffer.byteLength(body));
  return `HTTP/1.1 ${String(status)} Refused\r\n${lines.join('')}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`;
}
