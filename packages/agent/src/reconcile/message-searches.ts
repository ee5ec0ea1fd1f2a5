import type { Candidate, Clock, Message, MessageSearchEnd, Outcome, Route, Strategy } from '@waystation/core';
import type { ChannelSet } from '../pool/channel-pools.ts';
import type { LikeEnd } from './like-attempts.ts';
import type { MessageSearch } from './message-search.ts';
import type { Searcher } from './searcher.ts';
import { outIdOf, sharesRecords, soughtOf } from './sought-attempt.ts';
import type { SentOutId, SoughtAttempt } from './sought-attempt.ts';

/** The message whose attempts are searched for. */
export interface SearchedMessage {
  readonly id: string;
  readonly message: Message;
  readonly route: Pick<Route, 'outId'>;
  readonly channels: ChannelSet;
  readonly rules: Strategy['reconcile'];
}

interface Written {
  attempt: SoughtAttempt;
  readonly tell: (end: LikeEnd, at: number) => void;
}

/** The attempts of one message that were written, and the search for those whose outcome is unknown. */
export class MessageSearches {
  readonly #searcher: Pick<Searcher, 'search' | 'cancel' | 'likes'>;
  readonly #clock: Clock;
  readonly #message: SearchedMessage;
  readonly #onEnd: (end: MessageSearchEnd) => void;
  /** By the number of the attempt; those whose outcome is known are gone. */
  readonly #open = new Map<number, Written>();
  #search: MessageSearch | undefined;

  constructor(
    { searcher, clock }: { searcher: Pick<Searcher, 'search' | 'cancel' | 'likes'>; clock: Clock },
    message: SearchedMessage,
    onEnd: (end: MessageSearchEnd) => void,
  ) {
    this.#searcher = searcher;
    this.#clock = clock;
    this.#message = message;
    this.#onEnd = onEnd;
  }

  /** The OutId of every attempt. */
  get outId(): SentOutId {
    const { message, id, route } = this.#message;
    return outIdOf(message, id, route);
  }

  /** Whether a search is under way. */
  get searching(): boolean {
    return this.#search !== undefined;
  }

  /** The template as the account of a candidate calls it. */
  templateCodeFor({ channel }: Candidate): string {
    const { message, channels } = this.#message;
    const open = channels.get(channel);
    return open === undefined ? message.templateCode : soughtOf(message, open, this.outId).templateCode;
  }

  /** An attempt's request is about to be written. */
  writing(number: number, { channel, host, account }: Candidate): void {
    const { id, message, channels } = this.#message;
    const open = channels.get(channel);
    if (open === undefined) return;
    const startedAt = this.#clock.now();
    const attempt: SoughtAttempt = {
      messageId: id,
      candidate: { channel, host, account },
      sought: soughtOf(message, open, this.outId),
      time: { startedAt, startedWall: this.#clock.wallTime() },
      recordsShared: sharesRecords(open),
    };
    this.#open.set(number, { attempt, tell: this.#searcher.likes.note(attempt, startedAt) });
  }

  /** An attempt is over. */
  ended(number: number, { class: outcomeClass, written }: Outcome): void {
    const one = this.#open.get(number);
    if (one === undefined) return;
    const at = this.#clock.now();
    if (outcomeClass === 'unknown' && written) {
      one.tell('open', at);
      const { time } = one.attempt;
      one.attempt = { ...one.attempt, time: { ...time, endedAt: time.endedAt ?? at } };
      this.#search?.attemptEnded(number, at);
      return;
    }
    one.tell(outcomeClass === 'accepted' ? 'accepted' : 'not-sent', at);
    this.#open.delete(number);
    this.#search?.drop(number);
  }

  /**
   * Searches for every attempt whose outcome is unknown, anew where that was done. `wantedBy`: the deadline of a
   * caller who waits.
   */
  begin(wantedBy?: number): void {
    this.cancel();
    const { channels, rules } = this.#message;
    const scene = { channels: [...channels.values()], rules, ...(wantedBy !== undefined && { wantedBy }) };
    const attempts = new Map([...this.#open].map(([number, { attempt }]) => [number, attempt]));
    if (attempts.size === 0) {
      queueMicrotask(() => {
        this.#onEnd({ kind: 'inconclusive', reason: 'there is nothing to search for' });
      });
      return;
    }
    this.#search = this.#searcher.search(attempts, scene, (end) => {
      this.#search = undefined;
      this.#settle(end);
      this.#onEnd(end);
    });
  }

  /** Ends the search; nothing is told. */
  cancel(): void {
    if (this.#search !== undefined) this.#searcher.cancel(this.#search);
    this.#search = undefined;
  }

  #settle(end: MessageSearchEnd): void {
    const at = this.#clock.now();
    for (const { attempt, tell } of this.#open.values()) {
      if (end.kind === 'absent') tell('not-sent', at);
      if (end.kind === 'found' && attempt.candidate.channel === end.channel) tell('accepted', at);
    }
  }
}
