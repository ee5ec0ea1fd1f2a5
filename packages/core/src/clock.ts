/** Milliseconds on a monotonic clock; only differences mean anything. */
export type Instant = number;

/** Time, handed in: core never reads a clock itself. */
export interface Clock {
  /** Monotonic milliseconds: what deadlines, back-off and staleness are measured by. */
  now(): Instant;
  /** Milliseconds since 1970 (UTC): what is shown to people and sent to providers. May jump. */
  wallTime(): number;
}

/** A number in [0, 1), handed in: core never throws dice itself. */
export type Random = () => number;
