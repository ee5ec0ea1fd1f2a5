import type { Spread } from '../measure/spread.ts';
import type { Stage } from '../stage/stage.ts';

/** What was measured at one amount of what grows. */
export interface CurvePoint {
  readonly x: number;
  /** Accepted sends a second. */
  readonly rate: Spread;
  readonly p99Ms: Spread;
  /** CPU seconds of the agent per 1,000 sends; absent where it was measured before this was noted. */
  readonly cpuPer1000?: Spread;
  /** Resident memory of the agent, in MB; absent as above. */
  readonly residentMb?: Spread;
  /** Sends that were not accepted, of all rounds. */
  readonly failures: number;
}

/** How something grows. */
export interface CurveSpec {
  /** By which `--only` names it. */
  readonly id: string;
  readonly title: string;
  /** What grows, as the axis is called. */
  readonly grows: string;
}

/** A curve that can be measured. */
export interface Growth extends CurveSpec {
  run(stage: Stage): Promise<readonly CurvePoint[]>;
}
