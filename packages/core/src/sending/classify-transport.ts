import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** What went wrong below HTTP, as the transport saw it. */
export type TransportFailureKind =
  | 'refused'
  | 'dns'
  | 'connect-timeout'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'closed'
  | 'truncated'
  | 'cancelled'
  | 'other';

/** A request without an answer. */
export interface TransportFailure {
  readonly kind: TransportFailureKind;
  /**
   * Whether the request was handed to a socket, as the transport itself knows; an error's text is no evidence
   * (Aliyun's own SDK says "ConnectTimeout" of requests that were delivered).
   */
  readonly written: boolean;
  /** The platform's code (`ECONNREFUSED`) where there is one. */
  readonly code?: string | undefined;
  /** It was given up before its ceiling, for connecting or for the answer, had passed; absent: it was not. */
  readonly cutShort?: boolean | undefined;
}

/** What each failure is called, for people. */
export const transportWords: Readonly<Record<TransportFailureKind, string>> = {
  refused: 'the connection was refused',
  dns: 'the name of the host could not be resolved',
  'connect-timeout': 'connecting took too long',
  tls: 'TLS could not be established',
  timeout: 'no answer came in time',
  reset: 'the connection was reset',
  closed: 'the connection was closed',
  truncated: 'the answer broke off',
  cancelled: 'the attempt was given up',
  other: 'the connection failed',
};

/** The outcome of a request without an answer: written decides, not the kind of failure. */
export function classifyTransport(failure: TransportFailure): Outcome {
  const { kind, written, code, cutShort } = failure;
  const timedOut = kind === 'timeout' || kind === 'connect-timeout';
  if (written) {
    return outcomeOf('unknown', {
      code,
      written,
      timedOut,
      cutShort,
      reason: `${transportWords[kind]} after the request was written`,
    });
  }
  return outcomeOf('unavailable', {
    code,
    written,
    timedOut,
    cutShort,
    reason: `${transportWords[kind]} before anything was written`,
    // Who gives an attempt up has learnt nothing of the host.
    excludes: kind === 'cancelled' ? 'nothing' : 'host',
  });
}
