import type { Override, Revision } from '@waystation/core';

/** Where a strategy came from. */
export type StrategySource = 'etcd' | 'cache' | 'file';

/** A strategy as its source holds it, not checked yet, with what an operator has set beside it. */
export interface OfferedStrategy {
  readonly source: StrategySource;
  /** The document as JSON. */
  readonly text: string;
  /** The store's modRevision; of a file, a counter that begins at 1. */
  readonly revision: Revision;
  readonly overrides: ReadonlyMap<string, Override>;
}

/** Takes what a source has: routes by it, or refuses it and says so. Never throws. */
export interface StrategyTaker {
  offer(offered: OfferedStrategy): void;
  /** Lets these overrides hold over the strategy that was offered last; without one, nothing happens. */
  override(overrides: OfferedStrategy['overrides']): void;
  /** Something that is not even JSON or YAML stands where the strategy should. */
  refuse(source: StrategySource, revision: Revision, reason: string): void;
}

/** A source's own view of how fresh its strategy is. */
export interface SourceState {
  /** Since when newer strategies may exist unseen, in wall-clock ms; absent: up to date. */
  readonly staleSince?: number;
  /** Why, or what else is odd at the source, in a sentence. */
  readonly trouble?: string;
}

/** Where strategies come from: hands each new one to a `StrategyTaker`. */
export interface StrategyFeed {
  readonly state: SourceState;
  start(): Promise<void>;
  stop(): Promise<void>;
}
