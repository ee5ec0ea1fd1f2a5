import type { Override, Revision } from '@waystation/core';

/** Where a strategy came from. */
export type StrategySource = 'etcd' | 'cache' | 'file';

/** A strategy as its source holds it, not parsed yet, with what an operator has set beside it. */
export interface OfferedStrategy {
  readonly source: StrategySource;
  readonly text: string;
  /** The store's modRevision; of a file, a counter that begins at 1. */
  readonly revision: Revision;
  readonly overrides: ReadonlyMap<string, Override>;
}

/** Takes what a source offers: routes by it, or refuses it and says so. Never throws. */
export interface StrategyTaker {
  offer(offered: OfferedStrategy): void;
}

/** A source's own view of how fresh its strategy is. */
export interface SourceState {
  /** Since when newer strategies may exist unseen, in wall-clock ms; absent: up to date. */
  readonly staleSince?: number;
  /** Why, in a sentence. */
  readonly trouble?: string;
}

/** Where strategies come from: pushes each new one into a `StrategyTaker`. */
export interface StrategySourceDriver {
  readonly state: SourceState;
  start(): Promise<void>;
  stop(): Promise<void>;
}
