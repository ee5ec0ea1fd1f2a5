import type { Instant } from '@waystation/core';
import { messageIdLength } from '../send/message-id.ts';

/** Which attempt of a ring; one that was forgotten is never given again. */
export type LikeTicket = number;

/** As much of an attempt as tells it from others. */
export interface LikeFacts {
  /** Of `messageIdLength` characters. */
  readonly messageId: string;
  /** Attempts whose records look the same have the same hash; others have it once in four thousand million times. */
  readonly look: number;
  /** Hashes of at most three numbers. */
  readonly numbers: readonly number[];
  /** When the ring was told of it: later than `from` where it is one of an earlier process. */
  readonly notedAt: Instant;
  readonly from: Instant;
  /** When it ended at the latest; absent: it is under way. */
  readonly to?: Instant | undefined;
}

const standing = { underWay: 0, open: 1, accepted: 2, notSent: 3 } as const;
const numbersEach = 3;
/** Tickets begin at 1, so that columns may begin as they come: a page of them that is not used takes no memory. */
const none = 0;

/**
 * The last attempts, as many as fit, in columns rather than objects: a hundred thousand of them are nothing to the
 * garbage collector, and one more costs no allocation. Those of one look are linked from the newest to the oldest;
 * a link to one that was forgotten is the end.
 */
export class LikeRing {
  /** Each id's characters: texts would be as many objects that live for minutes, one more with each attempt. */
  readonly #ids: Buffer;
  readonly #look: Int32Array;
  readonly #numbers: Int32Array;
  readonly #notedAt: Float64Array;
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #standing: Uint8Array;
  /** The ticket before it in its chain. */
  readonly #previous: Float64Array;
  /** By the look's last bits, the newest ticket of a chain. */
  readonly #newest: Float64Array;
  #next: LikeTicket = 1;

  constructor(capacity: number) {
    this.#ids = Buffer.alloc(capacity * messageIdLength);
    this.#look = new Int32Array(capacity);
    this.#numbers = new Int32Array(capacity * numbersEach);
    this.#notedAt = new Float64Array(capacity);
    this.#from = new Float64Array(capacity);
    this.#to = new Float64Array(capacity);
    this.#standing = new Uint8Array(capacity);
    this.#previous = new Float64Array(capacity);
    this.#newest = new Float64Array(2 ** Math.ceil(Math.log2(capacity)));
  }

  /** Of the attempt that the next one will take the place of; undefined: there is room. */
  get nextForgotten(): Pick<LikeFacts, 'notedAt' | 'from'> | undefined {
    if (this.#next <= this.#from.length) return undefined;
    const slot = this.#next % this.#from.length;
    return { notedAt: this.#notedAt[slot] ?? 0, from: this.#from[slot] ?? 0 };
  }

  /** Adds an attempt, none before one that was noted earlier; the oldest is forgotten where there is no room. */
  add({ messageId, look, numbers, notedAt, from, to = Infinity }: LikeFacts): LikeTicket {
    const ticket = this.#next;
    this.#next += 1;
    const slot = ticket % this.#from.length;
    this.#writeId(slot, messageId);
    this.#look[slot] = look;
    for (let each = 0; each < numbersEach; each += 1) {
      // One that is there twice says no more than once.
      this.#numbers[slot * numbersEach + each] = numbers[each] ?? numbers[0] ?? 0;
    }
    this.#notedAt[slot] = notedAt;
    this.#from[slot] = from;
    this.#to[slot] = to;
    this.#standing[slot] = standing.underWay;
    const chain = this.#chainOf(look);
    this.#previous[slot] = this.#newest[chain] ?? none;
    this.#newest[chain] = ticket;
    return ticket;
  }

  /** An attempt ended at `at`, or more is known of one that ended before. */
  end(ticket: LikeTicket, how: 'open' | 'accepted' | 'not-sent', at: Instant): void {
    if (!this.#has(ticket)) return;
    const slot = ticket % this.#from.length;
    if (this.#standing[slot] === standing.notSent) return;
    if (this.#to[slot] === Infinity) this.#to[slot] = at;
    this.#standing[slot] = how === 'not-sent' ? standing.notSent : standing[how];
  }

  /**
   * How many attempts of other messages look like this one, were or may have been sent between `since` and `until`,
   * were noted at `notBefore` or later, and share one of its numbers.
   */
  count(
    { messageId, look, numbers }: Pick<LikeFacts, 'messageId' | 'look' | 'numbers'>,
    {
      since,
      until,
      notBefore,
    }: { readonly since: Instant; readonly until: Instant; readonly notBefore: Instant },
  ): { readonly accepted: number; readonly open: number } {
    let accepted = 0;
    let open = 0;
    let ticket = this.#newest[this.#chainOf(look)] ?? none;
    while (this.#has(ticket)) {
      const slot = ticket % this.#from.length;
      ticket = this.#previous[slot] ?? none;
      // Those before it in its chain were noted no later.
      if ((this.#notedAt[slot] ?? 0) < notBefore) break;
      if (this.#look[slot] !== look || this.#standing[slot] === standing.notSent) continue;
      if ((this.#from[slot] ?? 0) > until || (this.#to[slot] ?? 0) < since) continue;
      if (!numbers.some((number) => this.#hasNumber(slot, number)) || this.#idOf(slot) === messageId)
        continue;
      if (this.#standing[slot] === standing.accepted) accepted += 1;
      else open += 1;
    }
    return { accepted, open };
  }

  #has(ticket: LikeTicket): boolean {
    return ticket > none && ticket < this.#next && ticket >= this.#next - this.#from.length;
  }

  #writeId(slot: number, id: string): void {
    const { length } = id;
    if (length !== messageIdLength) throw new Error(`a message's id has ${String(length)} characters`);
    this.#ids.write(id, slot * messageIdLength, 'latin1');
  }

  #idOf(slot: number): string {
    return this.#ids.toString('latin1', slot * messageIdLength, (slot + 1) * messageIdLength);
  }

  #hasNumber(slot: number, number: number): boolean {
    const first = slot * numbersEach;
    for (let each = first; each < first + numbersEach; each += 1) {
      if (this.#numbers[each] === number) return true;
    }
    return false;
  }

  #chainOf(look: number): number {
    return look & (this.#newest.length - 1);
  }
}
