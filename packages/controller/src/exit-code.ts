import { isWaystationError } from '@waystation/core';
import type { ErrorCode } from '@waystation/core';

/** Every exit code of wayctl; `docs/reference/wayctl.md` lists them, and a test holds the two equal. */
export const exitCodes = {
  done: 0,
  failure: 1,
  usage: 2,
  invalidStrategy: 3,
  conflict: 4,
  storeUnavailable: 5,
  notAcknowledged: 6,
  storeRefused: 7,
  different: 8,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of wayctl's exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code says, for the reference. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'Done; also when there was nothing to do, and when the reader of the output went away.',
  1: 'Failed for another reason, or the question was answered with no. Nothing was changed unless said so.',
  2: 'Wrong use: an unknown flag, a bad argument, a missing or unreadable file, a question without a terminal and without `--yes`.',
  3: 'The strategy is invalid (or is written for a newer version); every mistake is listed.',
  4: 'Somebody else changed the strategy meanwhile, or it is not at the revision that `--if-revision` names. Nothing was changed.',
  5: 'etcd cannot be reached: away, too slow, or its certificate is not trusted.',
  6: 'With `--wait`: an agent refused the change, or stayed silent until `--timeout`. The change itself is made.',
  7: 'etcd refuses this user: wrong name or password, or not allowed to do this.',
  8: 'With `strategy diff --exit-code`: the two differ.',
  130: 'Interrupted (ctrl-C).',
  143: 'Terminated (SIGTERM).',
};

/** Codes that say more than "failed". */
const byErrorCode: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  CONFIG_INVALID: exitCodes.usage,
  STORE_UNAVAILABLE: exitCodes.storeUnavailable,
  STORE_TIMEOUT: exitCodes.storeUnavailable,
  STORE_TLS_FAILED: exitCodes.storeUnavailable,
  STORE_WATCH_LOST: exitCodes.storeUnavailable,
  STORE_UNAUTHENTICATED: exitCodes.storeRefused,
  STORE_FORBIDDEN: exitCodes.storeRefused,
  STRATEGY_INVALID: exitCodes.invalidStrategy,
  STRATEGY_TOO_NEW: exitCodes.invalidStrategy,
  STRATEGY_CONFLICT: exitCodes.conflict,
};

/** The exit code of a failure; 1 for one without a code of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  return isWaystationError(error) ? (byErrorCode[error.code] ?? exitCodes.failure) : exitCodes.failure;
}
