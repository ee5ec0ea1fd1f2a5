import type { AttemptRecord } from '../send/send-result.ts';
import { maskNumbers } from '../log/mask-numbers.ts';
import type { HttpAnswer } from './http-answer.ts';
import { problemTable } from './problem-table.ts';
import type { ProblemCode } from './problem-table.ts';

/** One field that is wrong: where (`phoneNumbers[3]`), and in a sentence what was allowed. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Why a request is refused or a send failed; becomes `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly code: ProblemCode;
  /** A sentence for people: what, with which value, what was allowed. No numbers, parameters or secrets. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection cannot be used for another request. */
  readonly close?: boolean;
  /** What is told of a message that was taken up. */
  readonly message?: {
    readonly id: string;
    readonly attempts: readonly AttemptRecord[];
    readonly route?: string;
    readonly revision?: number;
    readonly providerCode?: string;
  };
}

/** Tells a problem from what a step would have returned otherwise. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

/** The members of a problem document (RFC 9457) with our own beside them. */
export function problemBody({ code, detail, errors, message }: Problem): Readonly<Record<string, unknown>> {
  const { status, title, retryable } = problemTable[code];
  return {
    type: `urn:waystation:problem:${code}`,
    title,
    status,
    // Whatever a detail was made of, a phone number in it is shown as in a log.
    detail: maskNumbers(detail),
    code,
    retryable,
    ...message,
    ...(errors !== undefined && { errors }),
  };
}

/** The answer that carries a problem. */
export function problemAnswer(problem: Problem): HttpAnswer {
  return {
    status: problemTable[problem.code].status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
    body: JSON.stringify(problemBody(problem)),
    ...(problem.close === true && { close: true }),
  };
}
