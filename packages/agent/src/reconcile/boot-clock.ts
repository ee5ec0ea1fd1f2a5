import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A monotonic clock that goes on from one process to the next, as long as the machine is not started anew. */
export interface BootClock {
  /** Names the machine's start; instants of two different ones cannot be compared. */
  readonly boot: string;
  /** Milliseconds; only differences mean anything. */
  now(): number;
}

/** An instant of a boot clock that outlives the process. */
export interface BootInstant {
  readonly boot: string;
  readonly at: number;
}

/**
 * The machine's boot clock. Where its starts have no name (other systems than Linux) every process is taken for one:
 * what it did itself is known, what an earlier one did is not.
 */
export function readBootClock(): BootClock {
  return {
    boot: bootName(),
    now: () => {
      const [seconds, nanoseconds] = process.hrtime();
      return seconds * 1000 + Math.floor(nanoseconds / 1e6);
    },
  };
}

function bootName(): string {
  try {
    const name = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    if (name !== '') return name;
  } catch {
    // The name of this process serves as well.
  }
  return randomUUID();
}

/** What a boot clock shows now. */
export function bootInstant(clock: BootClock | undefined): BootInstant | undefined {
  return clock && { boot: clock.boot, at: clock.now() };
}
