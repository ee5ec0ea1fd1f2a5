import { startSearch, stepSearch } from '@waystation/core';
import type {
  Clock,
  NoRecordsAnswer,
  RecordsAnswer,
  Search,
  SearchEffect,
  SearchEvent,
  SearchRules,
  SearchVerdict,
} from '@waystation/core';
import type { SendChannel } from '../pool/send-channel.ts';
import type { LikeAttempts } from './like-attempts.ts';
import type { RecordsDesk } from './records-desk.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

/** What a search needs. */
export interface AttemptSearchDependencies {
  readonly desk: Pick<RecordsDesk, 'ask'>;
  readonly likes: Pick<LikeAttempts, 'rivalsOf'>;
  readonly clock: Clock;
}

/** Whom a search may ask, and by which rules. */
export interface SearchScene {
  readonly rules: SearchRules;
  /** The open channels, in no particular order. */
  readonly channels: readonly SendChannel[];
  /** Until when a caller waits, on the monotonic clock; absent: nobody does. */
  readonly wantedBy?: number;
}

/** One search for one attempt: does what the machine says, and tells it what happens. */
export class AttemptSearch {
  readonly #dependencies: AttemptSearchDependencies;
  readonly #attempt: SoughtAttempt;
  readonly #asked: readonly SendChannel[];
  readonly #rules: SearchRules;
  readonly #wantedBy: number | undefined;
  readonly #onEnd: (verdict: SearchVerdict) => void;
  #search: Search | undefined;
  #endedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    dependencies: AttemptSearchDependencies,
    attempt: SoughtAttempt,
    { channels, rules, wantedBy }: SearchScene,
    onEnd: (verdict: SearchVerdict) => void,
  ) {
    this.#dependencies = dependencies;
    this.#attempt = attempt;
    this.#asked = whomToAsk(attempt, channels);
    this.#rules = rules;
    this.#wantedBy = wantedBy;
    this.#onEnd = onEnd;
    this.#endedAt = attempt.time.endedAt;
  }

  start(): void {
    const { sought, time, recordsShared } = this.#attempt;
    const wantedBy = this.#wantedBy;
    const { search, effect } = startSearch(
      { sought, time, rules: this.#rules, recordsShared, ...(wantedBy !== undefined && { wantedBy }) },
      this.#dependencies.clock.now(),
    );
    this.#search = search;
    this.#act(effect);
    if (this.#asked.length === 0) this.stop(`nobody can be asked about ${this.#attempt.candidate.channel}`);
  }

  /** The attempt is over, and its outcome still unknown. */
  attemptEnded(at: number): void {
    this.#endedAt ??= at;
    this.#step({ type: 'attempt-ended', at });
  }

  stop(reason: string): void {
    this.#step({ type: 'stopped', reason });
  }

  #step(event: SearchEvent): void {
    if (this.#search === undefined || this.#search.state === 'done') return;
    const { search, effect } = stepSearch(this.#search, event);
    this.#search = search;
    this.#act(effect);
  }

  #act(effect: SearchEffect): void {
    const { clock } = this.#dependencies;
    switch (effect.type) {
      case 'wait':
        clearTimeout(this.#timer);
        this.#timer = setTimeout(
          () => {
            this.#step({ type: 'due', at: clock.now(), wallTime: clock.wallTime() });
          },
          Math.ceil(Math.max(0, effect.until - clock.now())),
        );
        return;
      case 'ask':
        void this.#ask(effect);
        return;
      case 'done':
        clearTimeout(this.#timer);
        this.#onEnd(effect.verdict);
        return;
      case 'nothing':
        return;
    }
  }

  async #ask({ numbers, days, until }: Extract<SearchEffect, { type: 'ask' }>): Promise<void> {
    const { clock, likes } = this.#dependencies;
    const questions = numbers.flatMap((number) => days.map((day) => this.#question(number, day, until)));
    const answers = await Promise.all(questions);
    const at = clock.now();
    const { time, ...rest } = this.#attempt;
    const endedAt = this.#endedAt;
    const attempt = { ...rest, time: { ...time, ...(endedAt !== undefined && { endedAt }) } };
    const rivals = likes.rivalsOf(attempt, at);
    this.#step({ type: 'round', at, wallTime: clock.wallTime(), answers, rivals });
  }

  /** Asks the attempt's own host, and another one of its account where that does not answer. */
  async #question(number: string, day: string, until: number): Promise<RecordsAnswer | NoRecordsAnswer> {
    const { desk } = this.#dependencies;
    let reason: string | undefined;
    for (const channel of this.#asked) {
      const reply = await desk.ask({ channel, number, day }, until);
      if (reply.answered) {
        return { number, day, sameHost: channel.host === this.#attempt.candidate.host, ...reply };
      }
      reason ??= `${channel.name}: ${reply.reason}`;
    }
    return { answered: false, number, day, reason: reason ?? 'nobody can be asked' };
  }
}

/** One channel a host of the attempt's account, the attempt's own host first. */
function whomToAsk({ candidate }: SoughtAttempt, channels: readonly SendChannel[]): readonly SendChannel[] {
  const able = channels.filter(
    ({ account, channel }) => account === candidate.account && channel.provider === 'aliyun',
  );
  const ranked = [
    ...able.filter(({ name, host }) => name === candidate.channel && host === candidate.host),
    ...able.filter(({ host }) => host === candidate.host),
    ...able,
  ];
  return ranked.filter(({ host }, at) => ranked.findIndex((each) => each.host === host) === at);
}
