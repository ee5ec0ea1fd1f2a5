import type { SendResult } from '../../send/send-result.ts';
import type { History } from './history.ts';
import type { Text } from './phones.ts';

/** What says that no text went out. */
export const notSent: ReadonlySet<SendResult['kind']> = new Set([
  'rejected',
  'number-limited',
  'limited',
  'no-channel',
  'deadline',
  'no-journal',
  'pending',
  'expired',
]);

/** From the end of an attempt on, so long an absence proves nothing. */
const settleMs = 3000;

/** Those that the provider took, and showed, while an absence proved nothing yet: of later ones nobody can know. */
export function inTime({ onUnknownOutcome, records }: History, texts: readonly Text[]): readonly Text[] {
  // Nobody searches.
  if (onUnknownOutcome === 'fail') return texts;
  return texts.filter(({ takenAt, writtenAt }) => takenAt + records.appearMs < writtenAt + settleMs);
}

/** A moment as people read it. */
export function at(ms: number): string {
  return `${String(Math.round(ms))} ms`;
}
