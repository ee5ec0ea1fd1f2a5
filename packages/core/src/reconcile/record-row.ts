/** One sending record of the provider: a number that it took, as QuerySendDetails shows it. */
export interface RecordRow {
  /** As shown; may be masked with `*`. */
  readonly phoneNumber: string;
  readonly templateCode: string;
  readonly outId: string;
  /** Milliseconds since 1970 by the provider's clock, in whole seconds; absent: not readable. */
  readonly sentAt?: number;
  /** The text; absent where the provider does not show it. */
  readonly content?: string;
}

/** The provider's days and times are those of China, which has one zone and no summer time. */
export const shanghaiMs = 8 * 3_600_000;

const sendDate = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;

/** The moment that a `SendDate` names (`2026-01-31 23:59:58`); undefined where it names none. */
export function readSendDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = sendDate.exec(text) ?? [];
  if (second === undefined) return undefined;
  const date = [year, Number(month) - 1, day, hour, minute, second].map(Number);
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = date;
  return Date.UTC(y, m, d, h, min, s) - shanghaiMs;
}
