import type { Spread } from '../measure/spread.ts';
import type { Stage } from '../stage/stage.ts';

/** What a row shall reach. */
export interface Target {
  readonly least?: number;
  readonly most?: number;
  /** Empty for a ratio. */
  readonly unit: string;
}

/** A row of the table. */
export interface RowSpec {
  /** By which `--only` names it. */
  readonly id: string;
  readonly title: string;
  readonly target: Target;
}

/** A figure besides the one that the target is about. */
export interface Figure extends Spread {
  readonly name: string;
  readonly unit: string;
}

/** What a row came to. */
export interface Measured {
  readonly row: string;
  readonly value: Spread;
  readonly figures: readonly Figure[];
  /** What a reader must know to read the number rightly. */
  readonly notes: readonly string[];
}

/** One measurement, which gives one row or several. */
export interface Bench {
  readonly rows: readonly RowSpec[];
  /** Starts what it needs on the stage, which is cleared after it. */
  run(stage: Stage): Promise<readonly Measured[]>;
}

/** Whether a value reaches its target. */
export function meets({ least, most }: Target, value: number): boolean {
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}
