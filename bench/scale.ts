/** How thoroughly is measured. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'smoke';
  /** Of each contender. */
  readonly rounds: number;
  /** Length of one round; where the load's program knows whole seconds alone, the next of those. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** The longest rest of wrk's connections between two sends, in ms: above 0 where the machine has other work. */
  readonly restMs: number;
  /** Of the rate that a row is about. */
  readonly rateShare: number;
  /** How often a row is tried that fails. */
  readonly tries: number;
  /** Rows measured beside each other: more than one only where no number is judged. */
  readonly atOnce: number;
  /** Sends before memory is read, the first and the second time. */
  readonly memorySends: readonly [number, number];
}

/** `full` is what is published, `quick` is for a change at hand, `smoke` only shows that every row runs. */
export const scales: Readonly<Record<Scale['name'], Scale>> = {
  full: {
    name: 'full',
    tries: 1,
    rounds: 6,
    seconds: 5,
    warmUpSeconds: 4,
    restMs: 0,
    rateShare: 1,
    atOnce: 1,
    memorySends: [100_000, 1_000_000],
  },
  quick: {
    name: 'quick',
    tries: 1,
    rounds: 5,
    seconds: 1,
    warmUpSeconds: 2,
    restMs: 0,
    rateShare: 1,
    atOnce: 1,
    memorySends: [10_000, 50_000],
  },
  smoke: {
    name: 'smoke',
    tries: 2,
    rounds: 1,
    seconds: 0.2,
    warmUpSeconds: 0,
    restMs: 500,
    rateShare: 0.05,
    atOnce: 3,
    memorySends: [200, 400],
  },
};
