import type { Instant } from '../clock.ts';

/** After this time an old latency counts for a third of what a new one does. */
const decayMs = 10_000;
const shortest = 0.1;

/** A latency that forgets. */
export interface DecayedLatency {
  readonly ms: number;
  readonly at: Instant;
}

/** Takes a new latency in: it counts for more the longer the last one is ago, and for a tenth at least. */
export function decayLatency(known: DecayedLatency | undefined, ms: number, at: Instant): DecayedLatency {
  if (known === undefined) return { ms, at };
  const weight = Math.max(shortest, 1 - Math.exp(-(at - known.at) / decayMs));
  return { ms: known.ms + (ms - known.ms) * weight, at };
}
