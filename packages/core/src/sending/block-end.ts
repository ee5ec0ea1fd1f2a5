import type { Outcome } from './outcome.ts';

/** When now is: on the clock that blocks are measured by, and on the one that caps end by. */
export interface BlockTime {
  readonly at: number;
  readonly wallTime: number;
}

const dayMs = 86_400_000;
/** Asia/Shanghai, without daylight saving since 1991. */
const shanghaiMs = 8 * 3_600_000;
const throttledMs = 1000;
const untilSomeoneActsMs = 60_000;

/** How long an outcome blocks its scope, in ms. */
export function blockMs({ class: what, code, retryAfterMs }: Outcome, wallTime: number): number {
  if (what === 'throttled') return retryAfterMs ?? throttledMs;
  if (code === 'isv.DAY_LIMIT_CONTROL') return nextDay(wallTime) - wallTime;
  if (code === 'isv.MONTH_LIMIT_CONTROL') return nextMonth(wallTime) - wallTime;
  return untilSomeoneActsMs;
}

/** The next 00:00 in Asia/Shanghai. */
function nextDay(wallTime: number): number {
  return (Math.floor((wallTime + shanghaiMs) / dayMs) + 1) * dayMs - shanghaiMs;
}

/** The next 1st, 00:00 in Asia/Shanghai. */
function nextMonth(wallTime: number): number {
  const there = new Date(wallTime + shanghaiMs);
  return Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 1) - shanghaiMs;
}
