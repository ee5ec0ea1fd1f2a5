import type { NoRecordsAnswer, RecordsAnswer } from '../reconcile/search-state.ts';
import type { RecordRow } from '../reconcile/record-row.ts';
import { shanghaiDay } from '../reconcile/shanghai-days.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A text that a modelled provider took. */
export interface KeptText {
  readonly number: string;
  readonly templateCode: string;
  readonly outId: string;
  readonly content?: string;
  /** Where it was taken. */
  readonly host: string;
}

interface Kept extends KeptText {
  /** By the provider's clock. */
  readonly sentAt: number;
  /** On the monotonic clock. */
  readonly visibleAt: number;
}

/** How a modelled provider keeps its records. */
export interface RecordKeeperOptions {
  /** How far the provider's clock is ahead of ours. */
  readonly aheadMs?: number;
  /** How long after its send a record appears. */
  readonly appearsAfterMs?: number;
  /** Whether every host shows the records of all. */
  readonly shared?: boolean;
  /** Whether contents are shown with `*` in place of what the caller gave. */
  readonly masked?: boolean;
}

/** A provider's records in virtual time: what QuerySendDetails would answer. */
export class RecordKeeper {
  readonly #clock: VirtualClock;
  readonly #options: RecordKeeperOptions;
  readonly #startedWall: number;
  readonly #kept: Kept[] = [];
  /** Why a host does not answer; by host. */
  readonly silent = new Map<string, string>();
  /** Whether answers have a `Date`. */
  tellsTime = true;

  constructor(clock: VirtualClock, options: RecordKeeperOptions = {}) {
    this.#clock = clock;
    this.#options = options;
    this.#startedWall = clock.wallTime() - clock.now();
  }

  /** What the provider's own clock shows: nobody who sets ours sets that one. */
  get hostTime(): number {
    return this.#startedWall + this.#clock.now() + (this.#options.aheadMs ?? 0);
  }

  /** Takes a text now. */
  take(text: KeptText): void {
    const visibleAt = this.#clock.now() + (this.#options.appearsAfterMs ?? 0);
    this.#kept.push({ ...text, sentAt: Math.floor(this.hostTime / 1000) * 1000, visibleAt });
  }

  /** Answers one question at a host. */
  answer(host: string, ownHost: string, number: string, day: string): RecordsAnswer | NoRecordsAnswer {
    const reason = this.silent.get(host);
    if (reason !== undefined) return { answered: false, number, day, reason };
    const at = this.#clock.now();
    const { shared = false, masked = false } = this.#options;
    const rows = this.#kept
      .filter((kept) => kept.number === number && kept.visibleAt <= at && shanghaiDay(kept.sentAt) === day)
      .filter((kept) => shared || kept.host === host)
      .map(({ templateCode, outId, sentAt, content }): RecordRow => {
        const shown = masked ? content?.replace(/\d/g, '*') : content;
        return {
          phoneNumber: masked ? `${number.slice(3, 6)}****${number.slice(-4)}` : number.slice(3),
          ...{ templateCode, outId, sentAt },
          ...(shown !== undefined && { content: shown }),
        };
      });
    const hostTime = Math.floor(this.hostTime / 1000) * 1000;
    return {
      answered: true,
      ...{ number, day, rows },
      ...(this.tellsTime && { hostTime }),
      ...{ askedAt: at, receivedAt: at, sameHost: host === ownHost },
    };
  }
}
