/** Asia/Shanghai has had no daylight saving time since 1991: always eight hours ahead of UTC. */
const OFFSET_MS = 8 * 3_600_000;

/** `yyyyMMdd` in Asia/Shanghai. */
export function shanghaiDay(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '');
}

/** `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai, as the provider writes times. */
export function shanghaiTime(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** The first moment of a `yyyyMMdd` in Asia/Shanghai; undefined when there is no such day. */
export function startOfShanghaiDay(day: string): number | undefined {
  if (!/^\d{8}$/.test(day)) return undefined;
  const at = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`) - OFFSET_MS;
  return !Number.isNaN(at) && shanghaiDay(at) === day ? at : undefined;
}
