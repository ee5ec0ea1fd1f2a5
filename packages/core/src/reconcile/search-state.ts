import type { Instant } from '../clock.ts';
import type { RecordRow } from './record-row.ts';
import type { Sought } from './sought.ts';

/** When questions are asked, and what absence takes to prove anything (`reconcile` of the strategy). */
export interface SearchRules {
  readonly firstMs: number;
  readonly intervalMs: number;
  readonly settleMs: number;
  readonly budgetMs: number;
}

/** When an attempt was made. */
export interface AttemptTime {
  /** On our monotonic clock; absent: it was made before that clock began, and only the wall clock remembers it. */
  readonly startedAt?: Instant;
  /** The same moment on the wall clock as it was set then. */
  readonly startedWall: number;
  /** After this the request was no longer on its way, on the monotonic clock; absent: it still is. */
  readonly endedAt?: Instant;
  /** How long after its start the request may have reached the provider at most; absent: until `endedAt`. */
  readonly lastedMs?: number;
}

/** What is searched for, and by which rules. */
export interface SearchInput {
  readonly sought: Sought;
  readonly time: AttemptTime;
  readonly rules: SearchRules;
  /** Whether every host of the account shows the same records at once. */
  readonly recordsShared: boolean;
  /** Until when a caller waits for the answer; absent: nobody does. */
  readonly wantedBy?: Instant;
}

/** One question that was answered: every record of a number on a day. */
export interface RecordsAnswer {
  readonly answered: true;
  /** In E.164. */
  readonly number: string;
  readonly day: string;
  /** Before this instant nothing had been asked. */
  readonly askedAt: Instant;
  readonly receivedAt: Instant;
  /** Whether the attempt was made at this host. */
  readonly sameHost: boolean;
  /** What the host's clock showed when it answered; absent: it did not say. */
  readonly hostTime?: number;
  readonly rows: readonly RecordRow[];
}

/** One question without an answer. */
export interface NoRecordsAnswer {
  readonly answered: false;
  readonly number: string;
  readonly day: string;
  readonly reason: string;
}

/** How many attempts of other messages look the same in the records. */
export interface Rivals {
  /** Of these a record must exist. */
  readonly accepted: number;
  /** Of these nobody knows. */
  readonly open: number;
}

/** What a search comes to. */
export type SearchVerdict =
  | { readonly kind: 'found' }
  /** Nothing of the attempt reached anybody. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'inconclusive'; readonly reason: string };

/** What the search for all attempts of a message comes to; `channel` is that of the one found. */
export type MessageSearchEnd =
  { readonly kind: 'found'; readonly channel: string } | Exclude<SearchVerdict, { readonly kind: 'found' }>;

/** A clock of the provider, read at an instant of ours. */
export interface HostClock {
  readonly hostTime: number;
  readonly at: Instant;
}

interface SearchFacts {
  readonly input: SearchInput;
  readonly beganAt: Instant;
  readonly endedAt?: Instant;
}

/** A search that goes on. */
export type OpenSearch = SearchFacts & {
  readonly state: 'searching';
  /** Whether a round of questions is out. */
  readonly asking: boolean;
  readonly nextAt: Instant;
  /** Rounds in a row that found nothing and prove it. */
  readonly absentRounds: number;
  /** Rounds in a row that found what may be others'. */
  readonly doubtfulRounds: number;
  readonly hostClock?: HostClock;
  /** The last round was for other days than the host's clock made them. */
  readonly redated?: boolean;
  /** Why the last round did not decide. */
  readonly trouble?: string;
};

/** The life of one search; changed by `stepSearch` alone. */
export type Search = OpenSearch | (SearchFacts & { readonly state: 'done'; readonly verdict: SearchVerdict });

/** What happened to a search. */
export type SearchEvent =
  /** The instant of `wait` has come. */
  | { readonly type: 'due'; readonly at: Instant; readonly wallTime: number }
  /** The attempt that is searched for is over by now. */
  | { readonly type: 'attempt-ended'; readonly at: Instant }
  /** Every question of a round has its answer or none. */
  | {
      readonly type: 'round';
      readonly at: Instant;
      readonly wallTime: number;
      readonly answers: readonly (RecordsAnswer | NoRecordsAnswer)[];
      readonly rivals: Rivals;
    }
  /** Nobody will ask any more. */
  | { readonly type: 'stopped'; readonly reason: string };

/** What is to be done. */
export type SearchEffect =
  | { readonly type: 'wait'; readonly until: Instant }
  /** Ask for the records of each number on each day, and tell of the `round`. After `until` nobody waits for it. */
  | {
      readonly type: 'ask';
      readonly numbers: readonly string[];
      readonly days: readonly string[];
      readonly until: Instant;
    }
  | { readonly type: 'done'; readonly verdict: SearchVerdict }
  | { readonly type: 'nothing' };

/** A search's next state, and what is to be done now. */
export interface SearchStep {
  readonly search: Search;
  readonly effect: SearchEffect;
}
