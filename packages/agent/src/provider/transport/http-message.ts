import type { TransportFailure } from '@waystation/core';

/** A request, ready to be put on a socket. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that was read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What a request came to: an answer, whatever it says, or a failure that tells whether anything was written. */
export type TransportResult =
  | { readonly answered: true; readonly answer: HttpAnswer }
  | { readonly answered: false; readonly failure: TransportFailure };

/** The one value of a header; undefined where it is missing or given several times. */
export function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
