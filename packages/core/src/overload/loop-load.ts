import type { Instant } from '../clock.ts';

/** How a loop that serves requests stands with its work. */
export type LoopLoad =
  | { readonly state: 'even' }
  /** Every turn was long since then, the end of a long one; the last of them ended at `seenAt`. */
  | { readonly state: 'late'; readonly since: Instant; readonly seenAt: Instant }
  /** More comes than can be served: what a turn cannot take is refused. */
  | { readonly state: 'overloaded'; readonly refusedAt: Instant };

/** One turn of the loop that took requests. */
export interface LoopTurn {
  /** When it took the first. */
  readonly begunAt: Instant;
  readonly endedAt: Instant;
  /** Requests under way at its end. */
  readonly underWay: number;
  /** Requests that it refused. */
  readonly refused: number;
}

/** What counts as too much. */
export interface LoadLimits {
  /** A turn that takes longer is long, in ms. */
  readonly longTurnMs: number;
  /** How long turns must go on being long after a long one, in ms: a burst or a pause of the machine is no overload. */
  readonly sustainedMs: number;
  /** Long turns further apart, in ms, are no row: those between, which took no request, brought answers alone. */
  readonly gapMs: number;
  /** So few requests under way are never too many: their callers wait for each other, and cannot be more. */
  readonly fewUnderWay: number;
  /** Requests that an overloaded turn takes, however many are under way. */
  readonly takenPerTurn: number;
  /** After so long without a refusal all is well again, in ms. */
  readonly calmMs: number;
}

/** Nothing is known of any load. */
export const evenLoad: LoopLoad = { state: 'even' };

/** How the load stands after a turn. Turns without requests are not told of, so that a long gap ends a row of long ones. */
export function stepLoad(load: LoopLoad, turn: LoopTurn, limits: LoadLimits): LoopLoad {
  const { begunAt, endedAt, refused } = turn;
  if (load.state === 'overloaded') {
    if (refused > 0) return { state: 'overloaded', refusedAt: endedAt };
    return endedAt - load.refusedAt >= limits.calmMs ? evenLoad : load;
  }
  if (!isLong(turn, limits)) return evenLoad;
  const goesOn = load.state === 'late' && begunAt - load.seenAt <= limits.gapMs;
  const since = goesOn ? load.since : endedAt;
  return endedAt - since >= limits.sustainedMs
    ? { state: 'overloaded', refusedAt: endedAt }
    : { state: 'late', since, seenAt: endedAt };
}

/** Whether one more request is taken in a turn that took so many, while so many are under way. */
export function takesRequest(
  load: LoopLoad,
  takenInTurn: number,
  underWay: number,
  { takenPerTurn, fewUnderWay }: LoadLimits,
): boolean {
  return load.state !== 'overloaded' || takenInTurn < takenPerTurn || underWay < fewUnderWay;
}

function isLong({ begunAt, endedAt, underWay }: LoopTurn, limits: LoadLimits): boolean {
  return underWay >= limits.fewUnderWay && endedAt - begunAt > limits.longTurnMs;
}
