import { shanghaiMs } from './record-row.ts';

/** So close to midnight a record may stand under the neighbouring day. */
const nearMidnightMs = 15 * 60_000;
const dayMs = 86_400_000;

/** The day in Asia/Shanghai of a moment, as QuerySendDetails takes it (`20260131`). */
export function shanghaiDay(time: number): string {
  return new Date(time + shanghaiMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The days under which a record of something sent between two moments may stand. */
export function daysToAsk(from: number, to: number): readonly string[] {
  const last = to + nearMidnightMs;
  const days = new Set<string>();
  for (let at = from - nearMidnightMs; at < last; at += dayMs) days.add(shanghaiDay(at));
  return [...days.add(shanghaiDay(last))];
}
