import type { Instant, Rivals } from '@waystation/core';
import { numbersToAsk } from '@waystation/core';
import type { SoughtAttempt } from './sought-attempt.ts';

/** What became of an attempt that others may be taken for. */
export type LikeEnd = 'accepted' | 'open' | 'not-sent';

interface Like {
  readonly messageId: string;
  readonly numbers: readonly string[];
  readonly notedAt: Instant;
  readonly from: Instant;
  to: Instant | undefined;
  accepted: boolean;
}

/** Some 70 MB, at a thousand messages a second under callers' OutIds; beyond, searches among them say that they cannot tell. */
const maxKept = 200_000;
/** Two attempts further apart than this are told apart by the date of their records. */
const apartMs = 40_000;

/** Attempts under callers' OutIds: a record belongs to one attempt, so whoever looks the same must be known. */
export class LikeAttempts {
  readonly #keepMs: () => number;
  readonly #byLook = new Map<string, Like[]>();
  /** Oldest first. */
  readonly #order: { readonly look: string; readonly like: Like }[] = [];
  #begin = 0;
  /** Up to this instant attempts were forgotten before their time. */
  #forgotten = -Infinity;

  /** `keepMs`: how long after an attempt a search may still meet its record. */
  constructor(keepMs: () => number) {
    this.#keepMs = keepMs;
  }

  /** Notes an attempt that is about to be written, or was long ago; the answer is told of its end. */
  note(attempt: SoughtAttempt, at: Instant): (end: LikeEnd, at: Instant) => void {
    if (attempt.sought.unique) return () => undefined;
    this.#forgetBefore(at);
    const look = lookOf(attempt);
    const numbers = numbersToAsk(attempt.sought.e164);
    const { messageId, time } = attempt;
    const { startedAt: from = at, endedAt, lastedMs } = time;
    const to = lastedMs === undefined ? endedAt : from + lastedMs;
    const like: Like = { messageId, numbers, notedAt: at, from, to, accepted: false };
    const known = this.#byLook.get(look);
    if (known === undefined) this.#byLook.set(look, [like]);
    else known.push(like);
    this.#order.push({ look, like });
    return (end, endedAt) => {
      like.to ??= endedAt;
      like.accepted = end === 'accepted';
      if (end === 'not-sent') this.#drop(look, like);
    };
  }

  /** How many attempts of other messages have records like this one's. */
  rivalsOf(attempt: SoughtAttempt, at: Instant): Rivals {
    const { sought, time, messageId } = attempt;
    const from = time.startedAt;
    if (sought.unique || from === undefined) return { accepted: 0, open: 0 };
    const to = time.endedAt ?? at;
    const numbers = numbersToAsk(sought.e164);
    const likes = (this.#byLook.get(lookOf(attempt)) ?? []).filter(
      (like) =>
        like.messageId !== messageId &&
        like.from <= to + apartMs &&
        (like.to ?? at) >= from - apartMs &&
        like.numbers.some((number) => numbers.includes(number)),
    );
    const accepted = likes.filter((like) => like.accepted).length;
    const forgotten = this.#forgotten >= from - apartMs ? 1 : 0;
    return { accepted, open: likes.length - accepted + forgotten };
  }

  #forgetBefore(at: Instant): void {
    const before = at - this.#keepMs();
    for (; this.#begin < this.#order.length; this.#begin += 1) {
      const oldest = this.#order[this.#begin];
      if (oldest === undefined) break;
      const early = oldest.like.notedAt >= before;
      if (early && this.#order.length - this.#begin < maxKept) break;
      if (early) this.#forgotten = Math.max(this.#forgotten, oldest.like.from);
      this.#drop(oldest.look, oldest.like);
    }
    if (this.#begin > 1000 && this.#begin * 2 > this.#order.length) {
      this.#order.splice(0, this.#begin);
      this.#begin = 0;
    }
  }

  #drop(look: string, like: Like): void {
    const likes = this.#byLook.get(look);
    const at = likes?.indexOf(like) ?? -1;
    if (likes === undefined || at === -1) return;
    likes.splice(at, 1);
    if (likes.length === 0) this.#byLook.delete(look);
  }
}

/** What the records of two attempts have in common where they cannot be told apart. */
function lookOf({ candidate, sought }: SoughtAttempt): string {
  const { outId, templateCode, values, valuesByNumber = [] } = sought;
  return JSON.stringify([candidate.account, outId, templateCode, values, ...valuesByNumber]);
}
