import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';

const windowMs = 30_000;
const fewest = 20;
const recentMs = 300_000;
const sliceMs = 1000;
const mostPenalty = 15;
/** Latencies are counted in steps of 5 %, and each step stands for its lower end. */
const step = Math.log(1.05);

/** What a score is computed from. */
export interface Measured {
  readonly samples: number;
  readonly faults: number;
  /** 90th percentile of accepted answers in ms; absent without any. */
  readonly p90Ms?: number;
}

/** One answer or fault. */
export interface Sample {
  readonly fault: boolean;
  /** Of an accepted answer. */
  readonly acceptedMs?: number;
}

/** 0 (bad) – 100: 4 points for each percent of faults, and up to 15 for slow answers. */
export function scoreOf(
  { samples, faults, p90Ms = 0 }: Measured,
  { goodMs, badMs }: Pick<Strategy['health'], 'goodMs' | 'badMs'>,
): number {
  const clean = samples === 0 ? 100 : Math.max(0, 100 - (400 * faults) / samples);
  const slow = p90Ms <= goodMs ? 0 : p90Ms >= badMs ? 1 : (p90Ms - goodMs) / (badMs - goodMs);
  return Math.max(0, clean - mostPenalty * slow);
}

interface Slice {
  readonly second: number;
  samples: number;
  faults: number;
  readonly steps: Map<number, number>;
}

/** Samples of one channel: those of the last 30 s in slices of a second, and the last 20 one by one. */
export class SampleWindow {
  #slices: Slice[] = [];
  #recent: (Sample & { readonly at: Instant })[] = [];

  add(at: Instant, sample: Sample): void {
    const second = Math.floor(at / sliceMs);
    let slice = this.#slices.at(-1);
    if (slice?.second !== second) {
      this.#slices = this.#slices.filter((old) => (old.second + 1) * sliceMs > at - windowMs);
      slice = { second, samples: 0, faults: 0, steps: new Map() };
      this.#slices.push(slice);
    }
    slice.samples += 1;
    if (sample.fault) slice.faults += 1;
    if (sample.acceptedMs !== undefined) count(slice.steps, sample.acceptedMs, 1);
    this.#recent.push({ ...sample, at });
    if (this.#recent.length > fewest) this.#recent.shift();
  }

  /** The last 30 s where they hold 20 samples, else the last 20 within 5 minutes, else nothing. */
  measure(at: Instant): Measured | undefined {
    const slices = this.#slices.filter(({ second }) => (second + 1) * sliceMs > at - windowMs);
    const samples = slices.reduce((sum, slice) => sum + slice.samples, 0);
    const steps = new Map<number, number>();
    if (samples >= fewest) {
      for (const slice of slices) for (const [at, n] of slice.steps) steps.set(at, (steps.get(at) ?? 0) + n);
      return measured(
        samples,
        slices.reduce((sum, slice) => sum + slice.faults, 0),
        steps,
      );
    }
    const recent = this.#recent.filter((sample) => sample.at > at - recentMs);
    if (recent.length < fewest) return undefined;
    for (const { acceptedMs } of recent) if (acceptedMs !== undefined) count(steps, acceptedMs, 1);
    return measured(recent.length, recent.filter(({ fault }) => fault).length, steps);
  }

  /** Forgets everything: what was before a channel's return says nothing of it. */
  clear(): void {
    this.#slices = [];
    this.#recent = [];
  }
}

function count(steps: Map<number, number>, ms: number, n: number): void {
  const at = Math.floor(Math.log(Math.max(1, ms)) / step + 1e-9);
  steps.set(at, (steps.get(at) ?? 0) + n);
}

function measured(samples: number, faults: number, steps: ReadonlyMap<number, number>): Measured {
  const total = [...steps.values()].reduce((sum, n) => sum + n, 0);
  if (total === 0) return { samples, faults };
  let left = Math.ceil(total * 0.9);
  const at = [...steps.keys()].sort((a, b) => a - b).find((key) => (left -= steps.get(key) ?? 0) <= 0);
  return { samples, faults, p90Ms: Math.exp((at ?? 0) * step) };
}
