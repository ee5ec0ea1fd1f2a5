import type { TransportFailureKind } from '@waystation/core';

/** What a platform's error says, reduced to what is free of addresses, URLs and phone numbers. */
export interface FailureFacts {
  readonly kind: TransportFailureKind;
  readonly code?: string;
}

const byCode: Readonly<Record<string, TransportFailureKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_NODATA: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'truncated',
};

/** Reads a failure while connecting; once TCP stands, whatever goes wrong is TLS. */
export function connectFailure(error: unknown, tlsBegun: boolean): FailureFacts {
  const code = codeOf(error);
  const kind = tlsBegun ? 'tls' : ((code === undefined ? undefined : byCode[code]) ?? 'other');
  return { kind, ...(code !== undefined && { code }) };
}

/** Reads a failure of a request on an open connection. */
export function exchangeFailure(error: unknown, answerBegun: boolean): FailureFacts {
  const code = codeOf(error);
  const known = (code === undefined ? undefined : byCode[code]) ?? 'other';
  // A connection that stood cannot time out while connecting: that is the kernel giving up on a silent peer.
  const kind = known === 'connect-timeout' ? 'timeout' : known;
  return { kind: answerBegun ? 'truncated' : kind, ...(code !== undefined && { code }) };
}

/** An error's code where it is one; its message may hold a URL, so it is never read. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[A-Z][A-Z0-9_]{1,59}$/.test(error.code) ? error.code : undefined;
}
