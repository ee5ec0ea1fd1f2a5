import type { Clock } from '@waystation/core';
import { askRecords } from './ask-records.ts';
import type { RecordsQuestion, RecordsReply, RequestLimits } from './ask-records.ts';
import { QuestionTurns } from './question-turns.ts';
import type { TurnBounds } from './question-turns.ts';

/** How long, and within which bounds, is asked. */
export interface DeskRules {
  readonly bounds: () => TurnBounds;
  readonly limits: () => RequestLimits;
}

/** A question under way, and until when the most patient of those who wait for it lets it wait for its turn. */
interface SharedQuestion {
  readonly reply: Promise<RecordsReply>;
  until: number;
}

/** Asks the providers for records; whoever waits for the same number and day at the same host shares one question. */
export class RecordsDesk {
  readonly #clock: Clock;
  readonly #rules: DeskRules;
  readonly #turns = new Map<string, QuestionTurns>();
  readonly #asking = new Map<string, SharedQuestion>();
  #stopped = false;

  constructor(clock: Clock, rules: DeskRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /**
   * Every record of a number on a day; given up where its turn does not come before `until`, or the later one of
   * somebody else who waits for the same. Never rejects.
   */
  ask(question: RecordsQuestion, until: number): Promise<RecordsReply> {
    if (this.#stopped) return Promise.resolve({ answered: false, reason: 'the agent is stopping' });
    const { channel, number, day } = question;
    const key = JSON.stringify([channel.account, channel.host, number, day]);
    const known = this.#asking.get(key);
    if (known !== undefined) {
      known.until = Math.max(known.until, until);
      return known.reply;
    }
    const turns = this.#turnsOf(channel.account);
    const latest = { until };
    const reply = askRecords(question, this.#rules.limits(), this.#clock, (request) =>
      turns.take(() => latest.until, request),
    ).finally(() => {
      this.#asking.delete(key);
    });
    this.#asking.set(key, Object.assign(latest, { reply }));
    return reply;
  }

  stop(): void {
    this.#stopped = true;
    for (const turns of this.#turns.values()) turns.stop();
  }

  #turnsOf(account: string): QuestionTurns {
    const known = this.#turns.get(account);
    if (known !== undefined) return known;
    const turns = new QuestionTurns(this.#clock, this.#rules.bounds);
    this.#turns.set(account, turns);
    return turns;
  }
}
