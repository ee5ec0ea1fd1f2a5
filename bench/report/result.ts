import type { Breakdown } from '../breakdown/breakdown.ts';
import type { CurvePoint, CurveSpec } from '../growth/curve.ts';
import type { MachineFacts } from '../machine/machine-facts.ts';
import type { Measured } from '../rows/row.ts';

/** One row as it was measured last. */
export interface RowResult extends Measured {
  readonly met: boolean;
  /** Day of the measurement, `2026-01-31`. */
  readonly day: string;
}

/** One curve as it was measured last. */
export interface CurveResult extends CurveSpec {
  readonly points: readonly CurvePoint[];
  readonly day: string;
}

/** The content of `bench/results.json`. */
export interface Results {
  readonly machine: MachineFacts;
  /** How it was measured: rounds and their length. */
  readonly method: { readonly rounds: number; readonly seconds: number; readonly warmUpSeconds: number };
  readonly rows: readonly RowResult[];
  readonly curves: readonly CurveResult[];
  /** Absent before it was measured. */
  readonly breakdown?: Breakdown;
}
