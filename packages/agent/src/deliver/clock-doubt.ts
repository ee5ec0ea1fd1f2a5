import { watchClock } from '@waystation/core';
import type { Clock, ClockWatch } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';

/** Whether the wall clock can be relied on, by what it did beside the monotonic one. */
export class ClockDoubt {
  readonly #clock: Clock;
  readonly #log: AgentLogger;
  #watch: ClockWatch | undefined;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: AgentLogger }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Why the wall clock is not relied on, in a sentence; undefined: it is. */
  get reason(): string | undefined {
    if (this.#watch?.state !== 'jumped') return undefined;
    const seconds = Math.round((this.#watch.offset - this.#watch.trusted) / 1000);
    return `messages with deliverBy wait: the wall clock jumped by ${String(seconds)} s, and is trusted after 5 minutes`;
  }

  /** Takes the wall clock for right as it is now. */
  trust(): void {
    this.#watch = undefined;
    this.look();
  }

  /** Looks at both clocks. Said in the log: a jump, and that it is over. */
  look(): void {
    const before = this.#watch;
    this.#watch = watchClock(before, this.#clock.now(), this.#clock.wallTime());
    if (this.#watch.state === 'jumped' && before?.state !== 'jumped') {
      this.#log.error({ reason: this.reason, alert: 'clock-jumped' }, 'clock jumped');
    } else if (this.#watch.state === 'steady' && before?.state === 'jumped') {
      this.#log.info('clock trusted again');
    }
  }
}
