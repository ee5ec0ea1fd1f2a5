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

/** What each kind of warning means; the reference is made from it. */
export const strategyWarningWords = {
  BACKUPS_SHARE_HOST:
    'All channels of a route share one host or one `failureDomain`: a backup that fails with its primary is none.',
  COUNTRY_NOT_COVERED: 'A channel of a route does not cover a country code that the route matches.',
  TEMPLATE_NOT_COVERED: 'A channel of a route does not cover a template that the route matches.',
  WEIGHTS_ALL_ZERO: 'Every weight of a route is 0, so that no channel is ever drawn.',
} as const;

/** A stable name for one kind of warning. */
export type StrategyWarningCode = keyof typeof strategyWarningWords;

/** Something in a valid strategy that its author should know before it counts. */
export interface StrategyWarning {
  readonly code: StrategyWarningCode;
  readonly path: string;
  /** A sentence that begins with the path. */
  readonly message: string;
}
