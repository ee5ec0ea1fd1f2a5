import type { DocumentPath } from './document-path.ts';

/** One mistake in a strategy. */
export interface StrategyIssue {
  /** Where, in words; routes are called by their name: `routes.otp.policy.weights.cn-hangzhou`. */
  readonly path: string;
  /** Where, key by key, as the document has it. */
  readonly at: DocumentPath;
  /** A sentence that says where, what was allowed and what was found. */
  readonly message: string;
  /** What stands there; absent where nothing does. */
  readonly value?: unknown;
}

/** Every code a warning may have. */
export const strategyWarningCodes = [
  'BACKUPS_SHARE_HOST',
  'COUNTRY_NOT_COVERED',
  'SETTING_NOT_ACTED_ON',
  'TEMPLATE_NOT_COVERED',
  'WEIGHTS_ALL_ZERO',
] as const;

/** A stable name for one kind of warning. */
export type StrategyWarningCode = (typeof strategyWarningCodes)[number];

/** Something in a valid strategy that its author should know before it counts. */
export interface StrategyWarning {
  readonly code: StrategyWarningCode;
  readonly path: string;
  /** A sentence that begins with the path. */
  readonly message: string;
}
