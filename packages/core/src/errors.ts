/**
 * Every code a Waystation program may give an operating failure. A code is never reused once published;
 * `docs/reference/errors.md` explains each, and a test holds the two equal.
 */
export const errorCodes = [
  'CONFIG_INVALID',
  'CREDENTIAL_MISSING',
  'DATA_DIR_LOCKED',
  'DATA_DIR_UNUSABLE',
  'JOURNAL_TOO_NEW',
  'LISTEN_FAILED',
  'STORE_UNAVAILABLE',
  'STORE_TIMEOUT',
  'STORE_UNAUTHENTICATED',
  'STORE_FORBIDDEN',
  'STORE_TLS_FAILED',
  'STORE_COMPACTED',
  'STORE_WATCH_LOST',
  'STORE_LEASE_LOST',
  'STORE_TOO_LARGE',
  'STORE_NO_SPACE',
  'STORE_FAILED',
  'STRATEGY_INVALID',
  'STRATEGY_MISSING',
  'STRATEGY_CONFLICT',
  'STRATEGY_TOO_NEW',
  'STRATEGY_REFUSED',
] as const;

/** A stable name for one kind of operating failure, `AREA_WHAT`. */
export type ErrorCode = (typeof errorCodes)[number];

/** An operating failure: something outside went wrong and a caller may act on `code`. */
export class WaystationError extends Error {
  override readonly name = 'WaystationError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Tells a WaystationError by its shape, so that two copies of this package agree; optionally by its code. */
export function isWaystationError(error: unknown, code?: ErrorCode): error is WaystationError {
  if (!(error instanceof Error) || error.name !== 'WaystationError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}
