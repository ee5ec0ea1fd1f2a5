import type { IncomingMessage } from 'node:http';
import type { Draft } from '@waystation/core';
import { headerTimes } from './raw-headers.ts';
import type { Problem } from './problem.ts';

/** What the headers of a send say. */
export interface SendHeaders {
  /** At most one text for all messages with this key. */
  readonly idempotencyKey?: string;
  /** How long the caller waits, 1–60000 ms; absent: the strategy's `totalMs`. */
  readonly timeoutMs?: number;
  /** W3C trace context, where it is well formed; a malformed one is passed over, as its standard says. */
  readonly traceparent?: string;
}

/** What a key may be: 1–255 visible ASCII characters. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/;
/** Of which two would leave open which one counts. */
const once = ['Idempotency-Key', 'Content-Type', 'Content-Encoding', 'Request-Timeout-Ms'].map((shown) => ({
  shown,
  name: shown.toLowerCase(),
}));
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** Reads the headers of a send, or refuses one that is wrong. */
export function readSendHeaders(request: IncomingMessage): SendHeaders | Problem {
  const { headers } = request;
  const repeated = once.find(({ name }) => headerTimes(request, name) > 1);
  if (repeated !== undefined) {
    return { code: 'REQUEST_HEADER_INVALID', detail: `${repeated.shown} stands more than once.` };
  }
  const key = headers['idempotency-key'];
  if (typeof key === 'string' && !idempotencyKeyPattern.test(key)) {
    return {
      code: 'REQUEST_HEADER_INVALID',
      detail: `Idempotency-Key must be 1–255 visible ASCII characters without blanks, got ${String(key.length)} characters.`,
    };
  }
  const type = checkContentType(headers['content-type'], headers['content-encoding']);
  if (type !== undefined) return type;
  const timeout = headers['request-timeout-ms'];
  const timeoutMs = Number(timeout);
  if (timeout !== undefined && (!/^\d{1,5}$/.test(String(timeout)) || timeoutMs < 1 || timeoutMs > 60_000)) {
    return {
      code: 'REQUEST_HEADER_INVALID',
      detail: 'Request-Timeout-Ms must be a whole number from 1 to 60000.',
    };
  }
  const trace = headers['traceparent'];
  const read: Draft<SendHeaders> = {};
  if (typeof key === 'string') read.idempotencyKey = key;
  if (timeout !== undefined) read.timeoutMs = timeoutMs;
  if (typeof trace === 'string' && traceparent.test(trace)) read.traceparent = trace;
  return read;
}

function checkContentType(type: string | undefined, encoding: string | undefined): Problem | undefined {
  if (encoding !== undefined && encoding !== 'identity') {
    return {
      code: 'REQUEST_CONTENT_TYPE',
      detail: 'Content-Encoding must be left out.',
    };
  }
  if (/^application\/json *(?:; *charset="?utf-8"?)? *$/i.test(type ?? '')) return undefined;
  return {
    code: 'REQUEST_CONTENT_TYPE',
    detail: `Content-Type must be application/json, got ${type === undefined ? 'none' : 'another'}.`,
  };
}
