import type { Clock, Instant } from '../clock.ts';

/** A clock that stands still until told to advance. */
export class VirtualClock implements Clock {
  #now: Instant = 0;
  #wall: number;

  constructor(wallTime: number = Date.UTC(2026, 0, 1)) {
    this.#wall = wallTime;
  }

  now(): Instant {
    return this.#now;
  }

  wallTime(): number {
    return this.#wall;
  }

  /** Moves both times on by `ms`. */
  advance(ms: number): void {
    this.#now += ms;
    this.#wall += ms;
  }

  /** Sets the wall clock alone, as an operator or NTP may. */
  setWallTime(wallTime: number): void {
    this.#wall = wallTime;
  }
}
