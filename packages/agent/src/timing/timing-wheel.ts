import type { Clock, Instant } from '@waystation/core';
import type { Alarm, Alarms } from './alarm.ts';
import { AlarmList, ListedAlarm } from './alarm-list.ts';

/** How fine a wheel is. */
export interface TimingWheelOptions {
  /** How late an alarm may ring, in ms. Default 8. */
  readonly tickMs?: number;
  /** Ticks in a turn; an alarm that is further away is passed by once a turn. Default 1,024. */
  readonly slots?: number;
}

/**
 * Many waits, most of which are called off, on one timer of the platform's: setting one and calling it off only link
 * and unlink a node. It keeps no process alive: whoever waits has a socket or a caller that does.
 */
export class TimingWheel implements Alarms {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #tickMs: number;
  readonly #slots: readonly AlarmList[];
  #timer: NodeJS.Timeout | undefined;
  /** The tick at which the timer goes off; no alarm is at an earlier one. */
  #wakesAt = Infinity;

  constructor(clock: Pick<Clock, 'now'>, { tickMs = 8, slots = 1024 }: TimingWheelOptions = {}) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#slots = Array.from({ length: slots }, () => new AlarmList());
  }

  at(due: Instant, ring: () => void): Alarm {
    const tick = Math.ceil(due / this.#tickMs);
    const alarm = new ListedAlarm(tick, ring);
    this.#slotOf(tick).add(alarm);
    if (tick < this.#wakesAt) this.#wakeAt(tick);
    return alarm;
  }

  #slotOf(tick: number): AlarmList {
    const { length } = this.#slots;
    const slot = this.#slots[((tick % length) + length) % length];
    if (slot === undefined) throw new Error(`an alarm has no place at tick ${String(tick)}`);
    return slot;
  }

  #wakeAt(tick: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = tick;
    const ms = Math.ceil(Math.max(0, tick * this.#tickMs - this.#clock.now()));
    this.#timer = setTimeout(this.#turn, ms).unref();
  }

  readonly #turn = (): void => {
    const now = Math.floor(this.#clock.now() / this.#tickMs);
    const due: ListedAlarm[] = [];
    // One turn passes every alarm, however late it comes.
    for (let tick = Math.max(this.#wakesAt, now - this.#slots.length + 1); tick <= now; tick += 1) {
      due.push(...this.#slotOf(tick).takeUpTo(now));
    }
    // Before anything rings: an alarm may set others, and may throw.
    this.#wakesAt = Infinity;
    this.#wakeForNext(now);
    for (const alarm of due) alarm.ring();
  };

  #wakeForNext(now: number): void {
    for (let tick = now + 1; tick <= now + this.#slots.length; tick += 1) {
      if (this.#slotOf(tick).empty) continue;
      this.#wakeAt(tick);
      return;
    }
  }
}
