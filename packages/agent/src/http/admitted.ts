import type { IncomingMessage } from 'node:http';
import type { Admission } from './admission.ts';
import type { HttpAnswer, HttpHandler } from './http-answer.ts';
import { problemAnswer } from './problem.ts';
import type { Problem } from './problem.ts';
import { maxBodyBytes } from './request-body.ts';

/** Why a request is refused that comes to an overloaded agent. */
const overloaded: Problem = {
  code: 'SEND_OVERLOADED',
  detail: 'The agent has more requests than it can serve; nothing was sent.',
  headers: { 'retry-after': '1' },
};
const refusal: HttpAnswer = { ...problemAnswer(overloaded), rest: true };

/** A handler that is asked only for requests that are admitted; `compatRefusal` refuses those to `/`. */
export function admitted(
  handle: HttpHandler,
  admission: Pick<Admission, 'enter' | 'leave'>,
  compatRefusal: (request: IncomingMessage, problem: Problem) => HttpAnswer,
): HttpHandler {
  return async (request, signal) => {
    const bytes = bodyBytes(request);
    if (!admission.enter(bytes))
      return isCompat(request) ? rested(compatRefusal(request, overloaded)) : refusal;
    try {
      return await handle(request, signal);
    } finally {
      admission.leave(bytes);
    }
  };
}

/** Bytes that the body may have: no more than are read, however many a caller announces. */
function bodyBytes({ headers }: IncomingMessage): number {
  const announced = headers['content-length'];
  if (announced !== undefined) return Math.min(Number(announced), maxBodyBytes);
  return headers['transfer-encoding'] === undefined ? 0 : maxBodyBytes;
}

function isCompat({ url = '' }: IncomingMessage): boolean {
  return url === '/' || url.startsWith('/?');
}

function rested(answer: HttpAnswer): HttpAnswer {
  return { ...answer, rest: true };
}
