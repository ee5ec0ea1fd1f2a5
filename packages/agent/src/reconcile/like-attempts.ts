import { numbersToAsk } from '@waystation/core';
import type { AttemptTime, Candidate, Instant, Rivals, Sought } from '@waystation/core';
import { LikeRing } from './like-ring.ts';
import type { LikeTicket } from './like-ring.ts';
import type { SoughtAttempt } from './sought-attempt.ts';
import { emptyHash, hashText } from './text-hash.ts';

/** What became of an attempt that others may be taken for. */
export type LikeEnd = 'accepted' | 'open' | 'not-sent';

/** An attempt that is about to be written. */
export interface NotedAttempt {
  readonly messageId: string;
  readonly candidate: Pick<Candidate, 'account'>;
  readonly sought: Sought;
  /** Of one that was made long ago; absent: it is about to be written. */
  readonly time?: AttemptTime;
}

/** More than three minutes of a thousand messages a second. */
const defaultMaxLikes = 200_000;
/** Two attempts further apart than this are told apart by the date of their records. */
const apartMs = 40_000;

/** Attempts under callers' OutIds: a record belongs to one attempt, so whoever looks the same must be known. */
export class LikeAttempts {
  readonly #keepMs: () => number;
  readonly #max: number;
  /** Absent before the first. */
  #ring: LikeRing | undefined;
  /** Up to this instant attempts were forgotten before their time. */
  #forgotten = -Infinity;

  /**
   * `keepMs`: how long after an attempt a search may still meet its record. `max`: how many are remembered, by default
   * `defaultMaxLikes`; where there were more, searches among them say that they cannot tell.
   */
  constructor(keepMs: () => number, max = defaultMaxLikes) {
    this.#keepMs = keepMs;
    this.#max = max;
  }

  /** Notes an attempt; to be told of its end. Undefined: no other attempt can look like it. */
  note(attempt: NotedAttempt, at: Instant): LikeTicket | undefined {
    if (attempt.sought.unique) return undefined;
    const ring = (this.#ring ??= new LikeRing(this.#max));
    const { nextForgotten } = ring;
    if (nextForgotten !== undefined && nextForgotten.notedAt >= at - this.#keepMs()) {
      this.#forgotten = Math.max(this.#forgotten, nextForgotten.from);
    }
    const { startedAt: from = at, endedAt, lastedMs } = attempt.time ?? {};
    const to = lastedMs === undefined ? endedAt : from + lastedMs;
    const { messageId, look, numbers } = factsOf(attempt);
    // Field by field: a spread of them is a call into V8's runtime, and took most of the note.
    return ring.add({ messageId, look, numbers, notedAt: at, from, to });
  }

  /** An attempt has ended, or more is known of one that had. */
  ended(ticket: LikeTicket, end: LikeEnd, at: Instant): void {
    this.#ring?.end(ticket, end, at);
  }

  /** How many attempts of other messages have records like this one's. */
  rivalsOf(attempt: SoughtAttempt, at: Instant): Rivals {
    const { sought, time } = attempt;
    const from = time.startedAt;
    if (sought.unique || from === undefined) return { accepted: 0, open: 0 };
    const within = {
      since: from - apartMs,
      until: (time.endedAt ?? at) + apartMs,
      notBefore: at - this.#keepMs(),
    };
    const { accepted, open } = this.#ring?.count(factsOf(attempt), within) ?? { accepted: 0, open: 0 };
    const forgotten = this.#forgotten >= from - apartMs ? 1 : 0;
    return { accepted, open: open + forgotten };
  }
}

/** What the records of attempts have in common where they cannot be told apart, and whose they are. */
function factsOf({ messageId, candidate, sought }: NotedAttempt) {
  const { outId, templateCode, values, valuesByNumber, e164 } = sought;
  let look = hashText(hashText(hashText(emptyHash, candidate.account), outId), templateCode);
  for (const value of values) look = hashText(look, value);
  for (const [number, texts] of valuesByNumber ?? []) {
    look = hashText(look, number);
    for (const text of texts) look = hashText(look, text);
  }
  return { messageId, look, numbers: numbersToAsk(e164).map((number) => hashText(emptyHash, number)) };
}
