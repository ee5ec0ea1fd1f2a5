import type { RoutingSnapshot, Steps } from '@waystation/core';

/** What became of a snapshot: taken, with what an operator should know, or refused while the last good one serves on. */
export type ApplyResult =
  | { readonly applied: true; readonly warnings: readonly string[] }
  | { readonly applied: false; readonly reason: string };

/**
 * Takes a new snapshot: checks it against local rules and builds what changed in small steps, then swaps it in one,
 * the last. Never throws. One at a time.
 */
export interface StrategyApplier {
  applyInSteps(snapshot: RoutingSnapshot): Steps<ApplyResult>;
  /** As `applyInSteps`, in one go. */
  apply(snapshot: RoutingSnapshot): ApplyResult;
}
