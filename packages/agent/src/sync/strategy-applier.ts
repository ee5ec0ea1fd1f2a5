import type { RoutingSnapshot } from '@waystation/core';

/** What became of a snapshot: taken, with what an operator should know, or refused while the last good one serves on. */
export type ApplyResult =
  | { readonly applied: true; readonly warnings: readonly string[] }
  | { readonly applied: false; readonly reason: string };

/** Takes a new snapshot: checks it against local rules, builds what changed, swaps it in one step. Never throws. */
export interface StrategyApplier {
  apply(snapshot: RoutingSnapshot): ApplyResult;
}
