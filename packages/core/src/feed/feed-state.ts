import type { Instant } from '../clock.ts';
import type { Revision, StoreSnapshot, WatchBatch } from '../store.ts';
import type { FeedContent, FeedKeys, StrategyText } from './feed-content.ts';

/** What a feed may be told about its pace; every time in ms. */
export interface FeedOptions {
  readonly keys: FeedKeys;
  /** A watch that shows no sign of life for this long is not trusted any more. Default 15 s. */
  readonly silenceMs: number;
  /** Between two linearizable reads beside the watch lies a random time in [min, max]. Default 30–60 s. */
  readonly checkMinMs: number;
  readonly checkMaxMs: number;
  /** Before the nth try in a row lies a random time in [0, base × 2ⁿ⁻¹], at most [0, max]. Default 1 and 10 s. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
}

/** The pace that 10,000 agents and one etcd bear. */
export const feedDefaults = {
  silenceMs: 15_000,
  checkMinMs: 30_000,
  checkMaxMs: 60_000,
  backoffBaseMs: 1000,
  backoffMaxMs: 10_000,
} as const;

/** What holds of a feed in every phase. */
interface FeedFacts {
  readonly options: FeedOptions;
  /** Answers that carry an older generation belong to a call that was given up; they are passed over. */
  readonly generation: number;
  readonly content: FeedContent;
  /** How far the store had come when last heard of, and which cluster it was; absent until the first list. */
  readonly seen?: { readonly revision: Revision; readonly clusterId: string };
  /** The last proof that the content was the store's newest. */
  readonly provenAt?: Instant;
  /** When doubt began, while there is doubt. */
  readonly staleSince?: Instant;
  /** Tries in a row without a sign of life from a watch. */
  readonly failures: number;
  /** Why the last try failed or the last watch ended. */
  readonly lastTrouble?: string;
}

/** Where a feed stands; changed by `stepFeed` (feed-step.ts) alone. */
export type FeedState = FeedFacts &
  (
    | { readonly phase: 'listing' }
    | { readonly phase: 'waiting'; readonly until: Instant }
    | {
        readonly phase: 'watching';
        readonly lastSignAt: Instant;
        /** Where the store provably was at the last check; by the next one the watch must have come as far. */
        readonly checkedRevision?: Revision;
        readonly check:
          | { readonly state: 'due'; readonly at: Instant }
          | { readonly state: 'sent'; readonly seenRevision: Revision };
      }
  );

/** What happened; `generation` is that of the effect which is answered. */
export type FeedEvent =
  | {
      readonly type: 'listed';
      readonly at: Instant;
      readonly generation: number;
      readonly snapshot: StoreSnapshot;
    }
  | {
      readonly type: 'list-failed';
      readonly at: Instant;
      readonly generation: number;
      readonly reason: string;
    }
  | { readonly type: 'batch'; readonly at: Instant; readonly generation: number; readonly batch: WatchBatch }
  /** The watch ended, by whatever cause: compacted, broken off, refused. */
  | {
      readonly type: 'watch-lost';
      readonly at: Instant;
      readonly generation: number;
      readonly reason: string;
    }
  | {
      readonly type: 'checked';
      readonly at: Instant;
      readonly generation: number;
      readonly clusterId: string;
      /** The store's revision when it answered. */
      readonly revision: Revision;
      /** The strategy's modRevision; 0: its key is absent. */
      readonly modRevision: Revision;
    }
  | {
      readonly type: 'check-failed';
      readonly at: Instant;
      readonly generation: number;
      readonly reason: string;
    }
  /** `feedWakeAt` has come, or any other moment. */
  | { readonly type: 'time'; readonly at: Instant };

/** What a warning is about; the first three are for an operator, `resync` mends itself. */
export type FeedWarning = 'restored' | 'strategy-missing' | 'override-unreadable' | 'resync';

/** What is to be done, in the given order. */
export type FeedEffect =
  /** End any watch and check under way, then list everything below the watched prefix; answer `listed` or `list-failed`. */
  | { readonly type: 'list'; readonly generation: number }
  /** End any watch and check under way. */
  | { readonly type: 'stop' }
  /** Watch from this revision on; answer every `batch`, and `watch-lost` at its end. */
  | { readonly type: 'watch'; readonly generation: number; readonly fromRevision: Revision }
  /** Read the strategy's key, linearizable and with a deadline; answer `checked` or `check-failed`. */
  | { readonly type: 'check'; readonly generation: number }
  /** Route by this from now on. Never without a strategy. */
  | {
      readonly type: 'apply';
      readonly strategy: StrategyText;
      readonly overrides: FeedContent['overrides'];
    }
  /** The store has shown no strategy yet: let these overrides hold over one that was kept from before, if any. */
  | { readonly type: 'override'; readonly overrides: FeedContent['overrides'] }
  | { readonly type: 'warn'; readonly about: FeedWarning; readonly message: string };

/** A feed's next state, and what is to be done. */
export interface FeedStep {
  readonly state: FeedState;
  readonly effects: readonly FeedEffect[];
}
