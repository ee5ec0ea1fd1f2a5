import type { LoadResult } from '../measure/load-result.ts';
import { percentile } from '../measure/spread.ts';

let runs = 0;

/** Counts the sends of one run and how long each took. */
export class Tally {
  readonly #run = `bench${String(process.pid)}x${String((runs += 1))}`;
  readonly #begun = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #times: number[] = [];
  #ids = 0;
  #failures = 0;

  /** An OutId that no other send has. */
  nextId(): string {
    return `${this.#run}-${String((this.#ids += 1))}`;
  }

  note(accepted: boolean, ms: number): void {
    this.#times.push(ms);
    if (!accepted) this.#failures += 1;
  }

  /** What the run came to; asked once, at its end. */
  result(): LoadResult {
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (performance.now() - this.#begun) / 1000;
    const sorted = Float64Array.from(this.#times).sort();
    return {
      sends: sorted.length,
      failures: this.#failures,
      seconds,
      p50Ms: percentile(sorted, 50),
      p99Ms: percentile(sorted, 99),
      maxMs: sorted.at(-1) ?? Number.NaN,
      applicationCpuSeconds: (user + system) / 1e6,
    };
  }
}
