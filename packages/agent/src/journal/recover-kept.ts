import { isOver } from '@waystation/core';
import { expired } from '../deliver/deliver-kept.ts';
import { maskNumber } from '../log/mask-numbers.ts';
import type { DoneEntry, OpenEntry } from './journal-entry.ts';
import type { KeptDelivery } from './kept-delivery.ts';
import type { SendResult } from '../send/send-result.ts';

/** How long a number is taken to be limited where nobody remembers what the provider said. */
const limitedMs = 60_000;

/** What becomes of a message of which nothing was sent when the last process ended. */
export type Unsent =
  | { readonly kind: 'free' }
  /** Its time is ahead: it is sent. */
  | { readonly kind: 'kept'; readonly delivery: KeptDelivery }
  /** Its time has come, or it was refused for good. */
  | { readonly kind: 'over'; readonly entry: DoneEntry };

/** Decides over a message of which nothing was sent. */
export function decideUnsent(name: string, entry: OpenEntry, wallTime: number): Unsent {
  const { id, digest, deliverBy, revision, takenBy, payload } = entry;
  if (deliverBy === undefined) return { kind: 'free' };
  const refused = refusedAs(entry);
  if (refused === undefined && !isOver({ deliverBy }, wallTime)) {
    return { kind: 'kept', delivery: { id, name, deliverBy } };
  }
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  const late = expired({ ...entry, deliverBy });
  const facts = { id, revision, route: takenBy, attempts: late.attempts };
  const result: SendResult = { ...(refused ?? late), ...facts };
  return { kind: 'over', entry: { state: 'done', id, digest, numbers, result, endedAt: wallTime } };
}

/**
 * What a message ended as whose last attempt was refused for good: its caller may have been told so, and the end alone
 * was not written. Undefined: others may take it still.
 */
function refusedAs({ attempts }: OpenEntry) {
  const { class: refusal, code: providerCode } = attempts.at(-1)?.result ?? {};
  const facts = providerCode === undefined ? {} : { providerCode };
  if (refusal === 'rejected') return { ...facts, kind: refusal, reason: 'the provider refused it' } as const;
  if (refusal === 'limited') return { ...facts, kind: 'number-limited', retryAfterMs: limitedMs } as const;
  return undefined;
}
