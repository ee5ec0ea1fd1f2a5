import type { Instant } from '@waystation/core';

/** Something that is to be done at an instant, unless it is called off before. */
export interface Alarm {
  /** Calls it off; without effect once it has rung. */
  cancel(): void;
}

/** What waits are set by. */
export interface Alarms {
  /** Calls `ring` once, at `due` or a few ms later, never before it, and never within this call. */
  at(due: Instant, ring: () => void): Alarm;
}
