/** How a channel stands where it is not simply well. */
export interface Standing {
  /** `well`: routed by the policy; `degraded`: after those; `unwell`: the last resort. */
  readonly tier: HealthTier;
  /** The share of its traffic that it gets while it comes back, above 0 and at most 1. */
  readonly share: number;
}

/** The order in which channels are asked, whatever the policy. */
export const healthTiers = ['well', 'degraded', 'unwell'] as const;

export type HealthTier = (typeof healthTiers)[number];

/** Health at one moment, for picking. Its standings never change; latencies are the newest. */
export interface HealthView {
  /** Those that are not simply well. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** Decayed latency of accepted answers in ms, else of probes; absent where nothing is known. */
  readonly latencyOf: (channel: string) => number | undefined;
}
