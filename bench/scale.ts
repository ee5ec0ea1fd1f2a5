/** How thoroughly is measured. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'smoke';
  /** Of each contender. */
  readonly rounds: number;
  /** Length of one round. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Sends before memory is read, the first and the second time. */
  readonly memorySends: readonly [number, number];
}

/** `full` is what is published, `quick` is for a change at hand, `smoke` only shows that every row runs. */
export const scales: Readonly<Record<Scale['name'], Scale>> = {
  full: { name: 'full', rounds: 6, seconds: 5, warmUpSeconds: 4, memorySends: [100_000, 1_000_000] },
  quick: { name: 'quick', rounds: 5, seconds: 1, warmUpSeconds: 2, memorySends: [10_000, 50_000] },
  smoke: { name: 'smoke', rounds: 1, seconds: 1, warmUpSeconds: 0, memorySends: [200, 400] },
};
