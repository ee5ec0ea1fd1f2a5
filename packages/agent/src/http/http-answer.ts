import type { IncomingMessage } from 'node:http';
import type { Instant } from '@waystation/core';
import type { CancelSignal } from '../timing/cancel-signal.ts';

/** A whole answer, before it is written. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The connection is closed after it. */
  readonly close?: boolean;
  /** When its caller waits no longer; absent: nobody knows. */
  readonly by?: Instant;
}

/** What answers the requests of one port; `signal` is aborted when the caller hangs up. Never rejects on bad input. */
export type HttpHandler = (
  request: IncomingMessage,
  signal: CancelSignal,
) => HttpAnswer | Promise<HttpAnswer>;

/** An answer of plain JSON. */
export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
