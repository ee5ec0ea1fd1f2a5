import type { Instant } from '../clock.ts';
import type { Measured } from './health-score.ts';
import { SampleTally } from './sample-tally.ts';

const windowMs = 30_000;
const fewest = 20;
const recentMs = 300_000;
const sliceMs = 1000;

/** One answer or fault. */
export interface Sample {
  readonly fault: boolean;
  /** Of an accepted answer. */
  readonly acceptedMs?: number;
}

interface Slice {
  readonly second: number;
  readonly tally: SampleTally;
}

interface Recent {
  at: Instant;
  fault: boolean;
  acceptedMs: number | undefined;
}

/**
 * Samples of one channel: those of the last 30 s in slices of a second with their sum, and the last 20 one by one.
 * Time does not go back from one call to the next.
 */
export class SampleWindow {
  /** Oldest first. */
  #slices: Slice[] = [];
  /** Of all slices. */
  #sum = new SampleTally();
  /** A ring: the one to be overwritten next is at `#next`. */
  #recent: Recent[] = [];
  #next = 0;

  add(at: Instant, sample: Sample): void {
    const second = Math.floor(at / sliceMs);
    let slice = this.#slices.at(-1);
    if (slice?.second !== second) {
      this.#expire(at);
      slice = { second, tally: new SampleTally() };
      this.#slices.push(slice);
    }
    slice.tally.add(sample);
    this.#sum.add(sample);
    this.#remember(at, sample);
  }

  /** The last 30 s where they hold 20 samples, else the last 20 within 5 minutes, else nothing. */
  measure(at: Instant): Measured | undefined {
    this.#expire(at);
    if (this.#sum.samples >= fewest) return measured(this.#sum);
    const recent = this.#recent.filter((sample) => sample.at > at - recentMs);
    if (recent.length < fewest) return undefined;
    const tally = new SampleTally();
    for (const sample of recent) tally.add(sample);
    return measured(tally);
  }

  /** Forgets everything: what was before a channel's return says nothing of it. */
  clear(): void {
    this.#slices = [];
    this.#sum = new SampleTally();
    this.#recent = [];
    this.#next = 0;
  }

  #expire(at: Instant): void {
    for (;;) {
      const oldest = this.#slices[0];
      if (oldest === undefined || (oldest.second + 1) * sliceMs > at - windowMs) return;
      this.#slices.shift();
      this.#sum.subtract(oldest.tally);
    }
  }

  #remember(at: Instant, { fault, acceptedMs }: Sample): void {
    const oldest = this.#recent[this.#next];
    if (oldest === undefined) this.#recent.push({ at, fault, acceptedMs });
    else {
      oldest.at = at;
      oldest.fault = fault;
      oldest.acceptedMs = acceptedMs;
    }
    this.#next = (this.#next + 1) % fewest;
  }
}

function measured({ samples, faults, p90Ms }: SampleTally): Measured {
  return { samples, faults, ...(p90Ms !== undefined && { p90Ms }) };
}
