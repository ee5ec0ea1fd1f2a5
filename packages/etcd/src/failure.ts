import { WaystationError } from '@waystation/core';
import type { ErrorCode } from '@waystation/core';

/** What is looked for in a failure's words, the code it gets, and what a person should know. */
interface FailureKind {
  readonly words: RegExp;
  readonly code: ErrorCode;
  readonly meaning: string;
}

/**
 * Every failure of etcd, gRPC and TLS that means something to us; the first that matches holds. etcd3 keeps of a
 * gRPC status only its text, `14 UNAVAILABLE: details`, so the text is what is matched.
 */
const kinds: readonly FailureKind[] = [
  {
    // Not where they are a part of a host's name.
    words:
      /certificate|(?<![\w.-])(?:TLS|SSL)(?!\.?[\w-])|EPROTO|altname|PEM routines|wrong version number|asn1/iu,
    code: 'STORE_TLS_FAILED',
    meaning:
      'no TLS connection to etcd could be made; check https or http in the endpoint, CA, certificate and key',
  },
  {
    words: /invalid auth token|auth store is old/iu,
    code: 'STORE_UNAUTHENTICATED',
    meaning: 'etcd no longer knows this login',
  },
  {
    words: /authentication is not enabled/iu,
    code: 'STORE_UNAUTHENTICATED',
    meaning: 'a user is configured, but authentication is off in etcd',
  },
  {
    words: /authentication failed|user name is empty|user name not found|invalid user|UNAUTHENTICATED/iu,
    code: 'STORE_UNAUTHENTICATED',
    meaning: 'etcd did not accept the user and password',
  },
  {
    words: /permission denied|PERMISSION_DENIED/iu,
    code: 'STORE_FORBIDDEN',
    meaning: 'this user may not do that in etcd',
  },
  { words: /has been compacted/iu, code: 'STORE_COMPACTED', meaning: 'etcd has forgotten this revision' },
  {
    words: /database space exceeded/iu,
    code: 'STORE_NO_SPACE',
    meaning: "etcd's space is used up; compact, defragment and disarm the alarm",
  },
  {
    words: /request is too large|too many operations|message larger than max/iu,
    code: 'STORE_TOO_LARGE',
    meaning: 'that is more than etcd takes in one request',
  },
  {
    words: /lease not found|expired or revoked/iu,
    code: 'STORE_LEASE_LOST',
    meaning: 'the lease has ended',
  },
  {
    words: /deadline.exceeded|request timed out|timeout/iu,
    code: 'STORE_TIMEOUT',
    meaning: 'etcd did not answer in time',
  },
  {
    words:
      /UNAVAILABLE|no leader|leader changed|too many requests|server stopped|CANCELLED|INTERNAL|RST_STREAM|ECONN|client was already closed/iu,
    code: 'STORE_UNAVAILABLE',
    meaning: 'etcd cannot be reached or cannot serve now',
  },
];

/** Turns whatever a call threw into a WaystationError; one that is already passes through. */
export function toStoreError(error: unknown, endpoint: string, doing: string): WaystationError {
  if (error instanceof WaystationError) return error;
  const said = wordsOf(error);
  const kind = kinds.find(({ words }) => words.test(said));
  const meaning = kind?.meaning ?? 'etcd refused';
  return new WaystationError(kind?.code ?? 'STORE_FAILED', `${doing} at ${endpoint}: ${meaning} (${said})`, {
    cause: error,
  });
}

/** Whether etcd refused only because it has forgotten a login: nothing was done, a new login may do it. */
export function wantsNewLogin(error: WaystationError): boolean {
  return (
    error.code === 'STORE_UNAUTHENTICATED' && /invalid auth token|auth store is old/iu.test(error.message)
  );
}

/** Whether a call certainly never left: nobody listened there. */
export function wasNeverSent(error: WaystationError): boolean {
  return (
    (error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_TLS_FAILED') &&
    /No connection established|ECONNREFUSED|ENOTFOUND/u.test(error.message)
  );
}

/** Whether the trouble is the member's, so that another member may do better. */
export function isOfTheMember(error: WaystationError): boolean {
  return ['STORE_UNAVAILABLE', 'STORE_TIMEOUT', 'STORE_TLS_FAILED'].includes(error.code);
}

/** An error's words on one line, without what differs from one time to the next: it would look like news. */
function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said
    .replace(/^\w*Error: /u, '')
    .replaceAll(/ \(\d{4}-\d\d-\d\dT[^)]*\)/gu, '')
    .replaceAll(/\.? Resolution note: *$/gu, '')
    .replaceAll(/\b[0-9A-F]{12,16}:error:/gu, 'error:')
    .replaceAll(/\s+/gu, ' ')
    .slice(0, 500);
}
