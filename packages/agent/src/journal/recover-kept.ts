import { isOver } from '@waystation/core';
import { expired } from '../deliver/deliver-kept.ts';
import { maskNumber } from '../log/mask-numbers.ts';
import type { DoneEntry, OpenEntry } from './journal-entry.ts';
import type { KeptDelivery } from './kept-delivery.ts';

/** What becomes of a message of which nothing was sent when the last process ended. */
export type Unsent =
  | { readonly kind: 'free' }
  /** Its time is ahead: it is sent. */
  | { readonly kind: 'kept'; readonly delivery: KeptDelivery }
  | { readonly kind: 'expired'; readonly entry: DoneEntry };

/** Decides over a message of which nothing was sent. */
export function decideUnsent(name: string, entry: OpenEntry, wallTime: number): Unsent {
  const { id, digest, deliverBy, revision, takenBy, payload } = entry;
  if (deliverBy === undefined) return { kind: 'free' };
  if (!isOver({ deliverBy }, wallTime)) return { kind: 'kept', delivery: { id, name, deliverBy } };
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  const result = { ...expired({ ...entry, deliverBy }), id, revision, route: takenBy };
  return { kind: 'expired', entry: { state: 'done', id, digest, numbers, result, endedAt: wallTime } };
}
