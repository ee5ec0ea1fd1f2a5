import type { IncomingMessage } from 'node:http';
import type { Admission } from './admission.ts';
import type { HttpAnswer, HttpHandler } from './http-answer.ts';
import { problemAnswer } from './problem.ts';
import type { Problem } from './problem.ts';
import type { RefusalPace } from './refusal-pace.ts';
import { maxBodyBytes } from './request-body.ts';

/** Why a request is refused that comes to an overloaded agent. */
const overloaded: Problem = {
  code: 'SEND_OVERLOADED',
  detail: 'The agent has more requests than it can serve; nothing was sent.',
  headers: { 'retry-after': '1' },
};
const refusal = problemAnswer(overloaded);

/** What decides on requests. */
export interface AdmittedDependencies {
  readonly admission: Pick<Admission, 'enter' | 'leave'>;
  readonly pace: Pick<RefusalPace, 'take'>;
  /** Refuses requests to `/`, in the words of the other API. */
  readonly compatRefusal: (request: IncomingMessage, problem: Problem) => HttpAnswer;
}

/** A handler that is asked only for requests that are admitted. */
export function admitted(
  handle: HttpHandler,
  { admission, pace, compatRefusal }: AdmittedDependencies,
): HttpHandler {
  return async (request, signal) => {
    const bytes = bodyBytes(request);
    if (!admission.enter(bytes)) {
      return inTurn(pace, request, isCompat(request) ? compatRefusal(request, overloaded) : refusal);
    }
    let answer: HttpAnswer;
    try {
      answer = await handle(request, signal);
    } finally {
      admission.leave(bytes);
    }
    return answer.status === 503 ? inTurn(pace, request, answer) : answer;
  };
}

/** A refusal once it may be told; of the body, which is dropped as it comes, nothing waits with it. */
function inTurn(
  pace: Pick<RefusalPace, 'take'>,
  request: IncomingMessage,
  answer: HttpAnswer,
): Promise<HttpAnswer> | HttpAnswer {
  request.resume();
  return new Promise((resolve) => {
    const waits = pace.take(() => {
      resolve(answer);
    }, answer.by);
    if (waits) return;
    // Whoever asks on without waiting for answers has no place in the row; a deadline holds whatever the row is.
    resolve(answer.by === undefined ? { ...answer, close: true } : answer);
  });
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
