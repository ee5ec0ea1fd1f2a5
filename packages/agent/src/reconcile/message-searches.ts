import type { Candidate, Clock, Message, MessageSearchEnd, Outcome, Route, Strategy } from '@waystation/core';
import type { ChannelSet } from '../pool/channel-pools.ts';
import type { SendChannel } from '../pool/send-channel.ts';
import type { LikeTicket } from './like-ring.ts';
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

/** What searching needs. */
export interface MessageSearchesDependencies {
  readonly searcher: Pick<Searcher, 'search' | 'cancel' | 'likes'>;
  readonly clock: Clock;
}

interface Written {
  readonly number: number;
  readonly channel: SendChannel;
  readonly startedAt: number;
  readonly startedWall: number;
  endedAt: number | undefined;
  /** Its place among those that it may be taken for. */
  readonly like: LikeTicket | undefined;
}

/**
 * The attempts of one message that were written, and the search for those whose outcome is unknown. What a search
 * looks for is put together when there is one: nearly every message ends without.
 */
export class MessageSearches {
  readonly #dependencies: MessageSearchesDependencies;
  readonly #message: SearchedMessage;
  readonly #onEnd: (end: MessageSearchEnd) => void;
  /** Those whose outcome is not known. */
  readonly #open: Written[] = [];
  #search: MessageSearch | undefined;
  /** The OutId of every attempt. */
  readonly outId: SentOutId;

  constructor(
    dependencies: MessageSearchesDependencies,
    message: SearchedMessage,
    onEnd: (end: MessageSearchEnd) => void,
  ) {
    this.#dependencies = dependencies;
    this.#message = message;
    this.#onEnd = onEnd;
    this.outId = outIdOf(message.message, message.id, message.route);
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

  /**
   * The request of an attempt by this candidate is about to be written; anew where the first was refused for its time,
   * or its connection was lost with nothing written.
   */
  writing(number: number, candidate: Candidate): void {
    const channel = this.#message.channels.get(candidate.channel);
    if (channel === undefined) return;
    const { clock } = this.#dependencies;
    const startedAt = clock.now();
    const place = this.#open.findIndex((each) => each.number === number);
    const [former] = place === -1 ? [] : this.#open.splice(place, 1);
    if (former !== undefined) this.#tellLike(former, 'not-sent', startedAt);
    const like = this.outId.unique ? undefined : this.#noteLike(channel, startedAt);
    const startedWall = clock.wallTime();
    this.#open.push({ number, channel, startedAt, startedWall, endedAt: undefined, like });
  }

  /** An attempt is over. */
  ended(number: number, { class: outcomeClass, written }: Outcome, at: number): void {
    const place = this.#open.findIndex((each) => each.number === number);
    const one = this.#open[place];
    if (one === undefined) return;
    if (outcomeClass === 'unknown' && written) {
      this.#tellLike(one, 'open', at);
      one.endedAt ??= at;
      this.#search?.attemptEnded(number, at);
      return;
    }
    this.#tellLike(one, outcomeClass === 'accepted' ? 'accepted' : 'not-sent', at);
    this.#open.splice(place, 1);
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
    const attempts = new Map(this.#open.map((one) => [one.number, this.#soughtAttempt(one)]));
    if (attempts.size === 0) {
      queueMicrotask(() => {
        this.#onEnd({ kind: 'inconclusive', reason: 'there is nothing to search for' });
      });
      return;
    }
    this.#search = this.#dependencies.searcher.search(attempts, scene, (end) => {
      this.#search = undefined;
      this.#settle(end);
      this.#onEnd(end);
    });
  }

  /** Ends the search; nothing is told. */
  cancel(): void {
    if (this.#search !== undefined) this.#dependencies.searcher.cancel(this.#search);
    this.#search = undefined;
  }

  #soughtAttempt({ channel, startedAt, startedWall, endedAt }: Written): SoughtAttempt {
    const { id, message } = this.#message;
    return {
      messageId: id,
      candidate: { channel: channel.name, host: channel.host, account: channel.account },
      sought: soughtOf(message, channel, this.outId),
      time: { startedAt, startedWall, ...(endedAt !== undefined && { endedAt }) },
      recordsShared: sharesRecords(channel),
    };
  }

  #noteLike(channel: SendChannel, at: number): LikeTicket | undefined {
    const { id, message } = this.#message;
    const sought = soughtOf(message, channel, this.outId);
    return this.#dependencies.searcher.likes.note({ messageId: id, candidate: channel, sought }, at);
  }

  #tellLike({ like }: Written, end: 'accepted' | 'open' | 'not-sent', at: number): void {
    if (like !== undefined) this.#dependencies.searcher.likes.ended(like, end, at);
  }

  #settle(end: MessageSearchEnd): void {
    const at = this.#dependencies.clock.now();
    for (const one of this.#open) {
      if (end.kind === 'absent') this.#tellLike(one, 'not-sent', at);
      if (end.kind === 'found' && one.channel.name === end.channel) this.#tellLike(one, 'accepted', at);
    }
  }
}
