import type { AttemptEvent, Clock, Instant } from '@waystation/core';
import type { Alarm, Alarms } from '../timing/alarm.ts';

/** The plan that is told of what is over. */
interface Told {
  tell(event: AttemptEvent): unknown;
}

/** What the attempts of one message wait for; each is set anew where it was set before, and tells when it is over. */
export class AttemptAlarms {
  readonly #alarms: Alarms;
  readonly #clock: Clock;
  readonly #plan: Told;
  #deadline: Alarm | undefined;
  #slow: Alarm | undefined;
  #overdue: Alarm | undefined;
  #wait: Alarm | undefined;

  constructor(alarms: Alarms, clock: Clock, plan: Told) {
    this.#alarms = alarms;
    this.#clock = clock;
    this.#plan = plan;
  }

  /** The caller's time is over. */
  deadlineAt(due: Instant): void {
    this.#deadline = this.#alarms.at(due, () => this.#plan.tell({ type: 'deadline', at: this.#clock.now() }));
  }

  /** Connecting takes long. */
  slowAt(due: Instant): void {
    this.#slow?.cancel();
    this.#slow = this.#alarms.at(due, () => this.#plan.tell({ type: 'slow', at: this.#clock.now() }));
  }

  /** Something is being written: nobody connects any more. */
  connected(): void {
    this.#slow?.cancel();
  }

  /** The attempt that was written takes long. */
  overdueAt(due: Instant, number: number): void {
    this.#overdue?.cancel();
    this.#overdue = this.#alarms.at(due, () =>
      this.#plan.tell({ type: 'overdue', at: this.#clock.now(), number }),
    );
  }

  /** It has ended, or is searched for already. */
  notOverdue(): void {
    this.#overdue?.cancel();
  }

  /** A return is due; `granted` says then whether there may be one. */
  waitUntil(due: Instant, granted: (at: Instant) => boolean): void {
    this.#wait = this.#alarms.at(due, () => {
      const at = this.#clock.now();
      this.#plan.tell({ type: 'waited', at, granted: granted(at) });
    });
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.#deadline?.cancel();
    this.#slow?.cancel();
    this.#overdue?.cancel();
    this.#wait?.cancel();
  }
}
