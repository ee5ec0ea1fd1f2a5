import type { Instant } from '../clock.ts';
import type { AttemptTime, HostClock } from './search-state.ts';
import type { SentBetween } from './sought.ts';

/**
 * When an attempt was made, on the clock of a host that was read a moment ago. What lies between is measured by our
 * monotonic clock; for an attempt from before that clock began, by the wall clock.
 */
export function sentBetween(
  { startedAt, startedWall, lastedMs }: AttemptTime,
  endedAt: Instant | undefined,
  { hostTime, at }: HostClock,
): SentBetween {
  const from = startedAt === undefined ? startedWall : hostTime - (at - startedAt);
  if (lastedMs !== undefined) return { from, to: from + lastedMs };
  const to = hostTime - (at - (endedAt ?? at));
  return { from, to: Math.max(from, to) };
}

/** So much may two clocks of ours differ about the time since an attempt. */
const toleranceMs = 1000;

/**
 * Whether the time since the attempt is known: wall clock and monotonic clock agree about it. Where they do not, one
 * was set, or the machine slept; which one is right cannot be known.
 */
export function isTimeTrusted(
  { startedAt, startedWall }: AttemptTime,
  now: { readonly at: Instant; readonly wallTime: number },
): boolean {
  if (startedAt === undefined) return false;
  return Math.abs(now.wallTime - startedWall - (now.at - startedAt)) <= toleranceMs;
}
