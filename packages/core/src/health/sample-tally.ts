/** Latencies are counted in steps of 5 %, and each step stands for its lower end. */
const step = Math.log(1.05);

/** Samples and faults, with the latencies of accepted answers. */
export class SampleTally {
  samples = 0;
  faults = 0;
  #accepted = 0;
  /** Step of latency → how many accepted answers. */
  readonly #steps = new Map<number, number>();

  add({ fault, acceptedMs }: { readonly fault: boolean; readonly acceptedMs?: number | undefined }): void {
    this.samples += 1;
    if (fault) this.faults += 1;
    if (acceptedMs === undefined) return;
    this.#accepted += 1;
    const at = Math.floor(Math.log(Math.max(1, acceptedMs)) / step + 1e-9);
    this.#steps.set(at, (this.#steps.get(at) ?? 0) + 1);
  }

  /** Takes out what was added to another tally and to this one. */
  subtract(other: SampleTally): void {
    this.samples -= other.samples;
    this.faults -= other.faults;
    this.#accepted -= other.#accepted;
    for (const [at, count] of other.#steps) {
      const left = (this.#steps.get(at) ?? 0) - count;
      if (left > 0) this.#steps.set(at, left);
      else this.#steps.delete(at);
    }
  }

  /** 90th percentile of accepted answers in ms; undefined without any. */
  get p90Ms(): number | undefined {
    if (this.#accepted === 0) return undefined;
    let left = Math.ceil(this.#accepted * 0.9);
    const steps = [...this.#steps.keys()].sort((a, b) => a - b);
    const at = steps.find((key) => (left -= this.#steps.get(key) ?? 0) <= 0);
    return Math.exp((at ?? 0) * step);
  }
}
