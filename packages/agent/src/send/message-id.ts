import { randomUUID } from 'node:crypto';

/** How many characters an id has. */
export const messageIdLength = 36;

/** A new id of a message: a UUID of version 7 (RFC 9562), so that ids sort by the time of their making. */
export function newMessageId(wallTime: number): string {
  const time = Math.max(0, Math.floor(wallTime)).toString(16).padStart(12, '0');
  // A random UUID, of version 4, has its dice and its variant at the same places; Node throws those of many at once.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** When an id was made, in wall-clock ms. */
export function madeAt(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
