import { isWaystationError } from '@waystation/core';
import type { ErrorCode } from '@waystation/core';

/** Exit codes of failures that end an agent at its start (`docs/reference/errors.md`). */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: 2,
  LISTEN_FAILED: 3,
  DATA_DIR_LOCKED: 4,
  DATA_DIR_UNUSABLE: 5,
  JOURNAL_TOO_NEW: 6,
};

/** What the process ends with after a failure; 1 for a defect. */
export function exitCodeOf(error: unknown): number {
  return isWaystationError(error) ? (exitCodes[error.code] ?? 1) : 1;
}
