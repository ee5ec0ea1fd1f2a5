import type { Instant } from '../clock.ts';
import type { Outcome } from '../sending/outcome.ts';

/** An attempt that is over, as health sees it. */
export interface EndedTry {
  readonly outcome: Outcome;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** When the attempt was to be given up. */
  readonly deadline: Instant;
  /** When the caller wants its answer. */
  readonly callerDeadline: Instant;
}

/** Something that went wrong at a host. */
export interface Fault {
  readonly timedOut: boolean;
  /** Nothing was written: every channel of the host would have met it. */
  readonly connection: boolean;
  /** In words, free of numbers of phones and secrets. */
  readonly reason: string;
}

/** What an attempt or a probe tells of a channel. */
export type Evidence =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'answer'; readonly accepted: boolean; readonly ms: number }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * What an attempt tells. Every understood answer is an answer, refusals too; local refusals, `misconfigured`, what
 * was given up and what the caller's own deadline cut short tell nothing.
 */
export function evidenceOf(ended: EndedTry): Evidence {
  const { outcome, startedAt, endedAt } = ended;
  const isFault = outcome.class === 'unavailable' || outcome.class === 'unknown';
  if (!isFault) {
    if (outcome.class === 'misconfigured' || !outcome.written) return { kind: 'nothing' };
    return { kind: 'answer', accepted: outcome.class === 'accepted', ms: Math.max(0, endedAt - startedAt) };
  }
  if (outcome.excludes === 'nothing' || cutShort(ended)) return { kind: 'nothing' };
  const connection = outcome.class === 'unavailable' && !outcome.written;
  const reason = `${outcome.class}: ${outcome.reason}, ${String(Math.round(endedAt - startedAt))} ms`;
  return { kind: 'fault', fault: { timedOut: outcome.timedOut === true, connection, reason } };
}

/** Only the transport knows: what connecting took is no time that an answer was waited for. */
function cutShort({ outcome, deadline, callerDeadline }: EndedTry): boolean {
  return outcome.cutShort === true && deadline >= callerDeadline;
}
