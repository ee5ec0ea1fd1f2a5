import type { Revision } from '../store.ts';
import type { Override } from './override.ts';
import type { Strategy } from './strategy.ts';

/** Everything routed by, at one revision. Immutable; replaced whole. */
export interface RoutingSnapshot {
  /** Revision of the strategy: the store's modRevision; of a file, a counter that begins at 1. */
  readonly revision: Revision;
  /** SHA-256 (hex) of the strategy's canonical JSON: equal documents have equal digests. */
  readonly digest: string;
  readonly strategy: Strategy;
  /** Operators' drains and pins by channel; always empty in file mode. */
  readonly overrides: ReadonlyMap<string, Override>;
}
