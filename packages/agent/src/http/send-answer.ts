import type { SendResult } from '../send/send-result.ts';
import { jsonAnswer } from './http-answer.ts';
import type { HttpAnswer } from './http-answer.ts';
import { problemAnswer, problemBody } from './problem.ts';
import type { FieldError, Problem } from './problem.ts';

/** How the caller of a send is answered. */
export function sendAnswer(result: SendResult): HttpAnswer {
  const answer = firstAnswer(result);
  return result.replayed === true
    ? { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } }
    : answer;
}

/** What `GET` tells of a message: the body of its answer, with status 200 whatever came of it. */
export function messageAnswer(result: SendResult): HttpAnswer {
  switch (result.kind) {
    case 'accepted':
      return jsonAnswer(200, acceptedBody(result));
    case 'pending':
      return jsonAnswer(200, pendingBody(result));
    default:
      return jsonAnswer(200, problemBody(sendProblem(result)));
  }
}

function firstAnswer(result: SendResult): HttpAnswer {
  switch (result.kind) {
    case 'accepted':
      return jsonAnswer(200, acceptedBody(result));
    case 'pending':
      return jsonAnswer(202, pendingBody(result));
    default:
      return problemAnswer(sendProblem(result));
  }
}

type Accepted = Extract<SendResult, { kind: 'accepted' }>;
type Pending = Extract<SendResult, { kind: 'pending' }>;

function acceptedBody({ id, bizId, requestId, channel, route, revision, attempts }: Accepted) {
  return { id, code: 'OK', message: 'OK', bizId, requestId, channel, route, revision, attempts };
}

function pendingBody({ id, deliverBy, route, revision, attempts }: Pending) {
  const until = new Date(deliverBy).toISOString();
  const message = 'Nothing was sent yet: it is tried again until deliverBy.';
  return { id, code: 'SEND_PENDING', message, deliverBy: until, route, revision, attempts };
}

function sendProblem(result: Exclude<SendResult, Accepted | Pending>): Problem {
  const { id, route, revision, attempts } = result;
  const providerCode = 'providerCode' in result ? result.providerCode : undefined;
  const message = {
    id,
    attempts,
    revision,
    ...(route !== undefined && { route }),
    ...(providerCode !== undefined && { providerCode }),
  };
  switch (result.kind) {
    case 'rejected':
      return { code: 'SEND_REJECTED', detail: result.reason, message };
    case 'number-limited':
      return {
        code: 'SEND_NUMBER_LIMITED',
        detail: result.reason ?? 'The provider limits texts to this number for a while; nothing was sent.',
        ...(result.index !== undefined && { errors: [overNumber(result.index)] }),
        headers: retryAfter(result.retryAfterMs),
        message,
      };
    case 'limited':
      return {
        code: 'SEND_LIMITED',
        detail: result.reason,
        headers: retryAfter(result.retryAfterMs),
        message,
      };
    case 'no-channel':
      return {
        code: 'SEND_NO_CHANNEL',
        detail: result.reason,
        headers: retryAfter(result.retryAfterMs),
        message,
      };
    case 'deadline':
      return { code: 'SEND_DEADLINE', detail: result.reason, headers: retryAfter(1000), message };
    case 'expired':
      return { code: 'SEND_EXPIRED', detail: result.reason, headers: retryAfter(1000), message };
    case 'unknown':
      return { code: 'SEND_OUTCOME_UNKNOWN', detail: result.reason, message };
    case 'in-progress':
      return { code: 'SEND_IN_PROGRESS', detail: result.reason, message: { id, attempts } };
    case 'key-reused':
      return { code: 'IDEMPOTENCY_KEY_REUSED', detail: result.reason, message: { id, attempts } };
    case 'no-journal':
      return {
        code: 'SEND_NO_JOURNAL',
        detail: result.reason,
        headers: retryAfter(result.retryAfterMs),
        message: { id, attempts },
      };
  }
}

function overNumber(index: number): FieldError {
  return {
    path: `phoneNumbers[${String(index)}]`,
    message: 'has had as many messages as it may for a while',
  };
}

/** `Retry-After` in whole seconds, at least one. */
function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}
