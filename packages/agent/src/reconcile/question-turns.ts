import type { Clock } from '@waystation/core';
import type { ChannelCallResult } from '../pool/send-channel.ts';

/** Bounds of the questions of one account. */
export interface TurnBounds {
  readonly perSecond: number;
  readonly maxConcurrent: number;
}

interface Waiting {
  readonly until: () => number;
  readonly go: () => void;
  readonly giveUp: () => void;
}

/** Questions of one account, one after the other within its bounds: first come, first served. */
export class QuestionTurns {
  readonly #clock: Clock;
  readonly #bounds: () => TurnBounds;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  /** When the requests of the last second began, oldest first. */
  readonly #begun: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(clock: Clock, bounds: () => TurnBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Makes a request when its turn has come; gives it up where that is not before `until`, which may grow meanwhile. */
  async take(until: () => number, request: () => Promise<ChannelCallResult>): Promise<ChannelCallResult> {
    if (this.#stopped) return stopping;
    const { perSecond } = this.#bounds();
    const waitMs = (this.#waiting.length * 1000) / perSecond;
    if (this.#clock.now() + waitMs > until()) return noPlace(perSecond);
    const granted = await new Promise<boolean>((resolve) => {
      this.#waiting.push({
        until,
        go: () => {
          resolve(true);
        },
        giveUp: () => {
          resolve(false);
        },
      });
      this.#serve();
    });
    if (!granted) return noPlace(perSecond);
    try {
      return await request();
    } finally {
      this.#underWay -= 1;
      this.#serve();
    }
  }

  /** Lets nobody wait any longer, nor ask again. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { giveUp } of this.#waiting.splice(0)) giveUp();
  }

  #serve(): void {
    clearTimeout(this.#timer);
    const { perSecond, maxConcurrent } = this.#bounds();
    while (this.#waiting.length > 0) {
      const now = this.#clock.now();
      if ((this.#waiting[0]?.until() ?? 0) < now) {
        this.#waiting.shift()?.giveUp();
        continue;
      }
      // Whoever ends serves the next.
      if (this.#underWay >= maxConcurrent) return;
      while ((this.#begun[0] ?? now) <= now - 1000) this.#begun.shift();
      const oldest = this.#begun[this.#begun.length - perSecond];
      if (oldest !== undefined) {
        this.#timer = setTimeout(
          () => {
            this.#serve();
          },
          Math.ceil(oldest + 1000 - now),
        );
        return;
      }
      this.#begun.push(now);
      this.#underWay += 1;
      this.#waiting.shift()?.go();
    }
  }
}

const stopping: ChannelCallResult = { answered: false, written: false, reason: 'the agent is stopping' };

function noPlace(perSecond: number): ChannelCallResult {
  const reason = `there is no place among the questions of its account (${String(perSecond)} a second)`;
  return { answered: false, written: false, reason };
}
