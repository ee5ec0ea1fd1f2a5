import { lastStartMs } from '@waystation/core';

/** A time to deliver by in wall-clock ms, and why it is too late for it where it is; or what is wrong with it. */
export type DeliverBy =
  | { readonly ok: true; readonly deliverBy: number; readonly late?: string }
  | { readonly ok: false; readonly reason: string; readonly late?: never };

const shape = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const longestMs = 24 * 3_600_000;

/** Reads a time as RFC 3339 writes it, with its offset; for a text to go out before it, it must not be late. */
export function readDeliverBy(text: string, wallTime: number): DeliverBy {
  const [, date = '', time = '', , offset = ''] = shape.exec(text) ?? [];
  const local = Date.parse(`${date}T${time}Z`);
  // What the calendar does not have is otherwise taken for another day.
  const real = !Number.isNaN(local) && new Date(local).toISOString().startsWith(`${date}T${time}`);
  if (!real) {
    const reason = 'must be a time with offset as RFC 3339 writes it, such as 2026-01-31T08:00:00+08:00';
    return { ok: false, reason };
  }
  const deliverBy = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  const ahead = deliverBy - wallTime;
  if (ahead <= lastStartMs) {
    const where = ahead <= 0 ? 'lies in the past' : 'is too near';
    return { ok: true, deliverBy, late: `must be more than ${String(lastStartMs)} ms ahead, and ${where}` };
  }
  if (ahead > longestMs) return { ok: false, reason: 'must be at most 24 hours ahead' };
  return { ok: true, deliverBy };
}
