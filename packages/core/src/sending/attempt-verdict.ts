import type { Instant } from '../clock.ts';
import type { ChannelOver } from '../limits/channel-limits.ts';
import type { Outcome } from './outcome.ts';

/** A channel that may take the message, with the scopes that an outcome excludes by. */
export interface Candidate {
  readonly channel: string;
  /** `host:port` of its endpoint: what fails together. */
  readonly host: string;
  /** What it shares with others that fail together with it; absent: its host alone. */
  readonly failureDomain?: string;
  /** Who pays: what is throttled and blocked together. */
  readonly account: string;
  /** Name of the credential it signs with. */
  readonly credential: string;
}

/** An attempt that is over. */
export interface EndedAttempt {
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** What the provider's records say of an unknown outcome; absent: not asked, or not to be told from them. */
  readonly searched?: 'found' | 'absent';
}

/** Channels that had no room, each with the strategy's limit that said so; undefined: its connections are all in use. */
export type FullChannels = ReadonlyMap<string, ChannelOver | undefined>;

/**
 * Why nobody took a message that nobody sent: `limited` by the strategy's own limits alone, `full` with every
 * connection in use; `refused` stands for accounts, credentials and mixtures.
 */
export type NoChannelCause = 'no-candidate' | 'full' | 'limited' | 'throttled' | 'unreachable' | 'refused';

/** What became of a message, once and for all as far as attempts go. */
export type AttemptVerdict =
  | { readonly kind: 'accepted'; readonly channel: string }
  /** The provider refuses this message; another try would be refused as well. */
  | { readonly kind: 'rejected'; readonly code?: string; readonly reason: string }
  /** Per-number flow control; nothing was sent, and going around it elsewhere would be abuse. */
  | {
      readonly kind: 'number-limited';
      readonly code?: string;
      readonly reason: string;
      readonly retryAfterMs: number;
    }
  /** No candidate took it and nothing was sent. */
  | {
      readonly kind: 'no-channel';
      readonly cause: NoChannelCause;
      readonly reason: string;
      readonly retryAfterMs: number;
    }
  /** The deadline came before anything was written. */
  | { readonly kind: 'deadline'; readonly reason: string }
  /** The caller hung up before anything was written. */
  | { readonly kind: 'cancelled'; readonly reason: string }
  /** Something was written and nobody knows whether it was taken. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** How long a caller is told to wait where no provider said anything better. */
const defaultRetryMs = { soon: 1000, numberLimit: 60_000, needsPerson: 60_000 } as const;

/** What is said of the attempts, at most five of them: enough for a person, bounded for a log. */
function tell(attempts: readonly EndedAttempt[]): string {
  const told = attempts
    .slice(-5)
    .map(
      ({ candidate, outcome, searched }) =>
        `${candidate.channel}: ${outcome.class}, ${outcome.reason}${searched === 'absent' ? ', and no record of it' : ''}`,
    );
  const more = attempts.length - told.length;
  return told.join('; ') + (more > 0 ? `; and ${String(more)} before` : '');
}

/** No channel is known to have no room. */
export const noneFull: FullChannels = new Map();

/** What is said of those without room, at most five of them by name. */
function tellFull(full: FullChannels): string {
  const limited = [...full].flatMap(([channel, limit]) => (limit ? [`${channel}: ${limit.why}`] : []));
  const others = full.size - limited.length;
  const more = limited.length - 5;
  return [
    ...limited.slice(0, 5),
    ...(more > 0 ? [`and ${String(more)} more over their limits`] : []),
    ...(others > 0 ? [`${String(others)} without room for another request`] : []),
  ].join('; ');
}

function retryAfter(attempts: readonly EndedAttempt[], full: FullChannels): number {
  const waits = attempts.map(({ outcome, searched }) => {
    if (outcome.retryAfterMs !== undefined) return outcome.retryAfterMs;
    const passes = outcome.class === 'throttled' || outcome.class === 'unavailable' || searched === 'absent';
    return passes ? defaultRetryMs.soon : defaultRetryMs.needsPerson;
  });
  for (const limit of full.values()) waits.push(limit?.retryAfterMs ?? defaultRetryMs.soon);
  return waits.length === 0 ? defaultRetryMs.soon : Math.min(...waits);
}

function causeOf(attempts: readonly EndedAttempt[], full: FullChannels): NoChannelCause {
  if (attempts.length === 0) {
    if (full.size === 0) return 'no-candidate';
    return [...full.values()].some((limit) => limit !== undefined) ? 'limited' : 'full';
  }
  if (attempts.every(({ outcome }) => outcome.class === 'throttled')) return 'throttled';
  const unreached = ({ outcome, searched }: EndedAttempt) =>
    outcome.class === 'unavailable' || searched === 'absent';
  if (attempts.every(unreached)) return 'unreachable';
  return 'refused';
}

/**
 * The truth wherever one attempt stayed open and no later one was accepted, whatever else was said; with why the
 * provider's records did not tell, where they were searched.
 */
export function unknownVerdict(attempts: readonly EndedAttempt[], search?: string): AttemptVerdict {
  const searched = search === undefined ? '' : `; its provider's records do not tell: ${search}`;
  return { kind: 'unknown', reason: `it may have been sent: ${tell(attempts)}${searched}` };
}

/** What an outcome that excludes everything means for the message. */
export function refusedVerdict(outcome: Outcome): AttemptVerdict {
  const said = { ...(outcome.code === undefined ? {} : { code: outcome.code }), reason: outcome.reason };
  if (outcome.class !== 'limited') return { kind: 'rejected', ...said };
  return {
    kind: 'number-limited',
    ...said,
    retryAfterMs: outcome.retryAfterMs ?? defaultRetryMs.numberLimit,
  };
}

/** What holds once no candidate is left, none is unknown, some had no room and others were blocked. */
export function exhaustedVerdict(
  ended: readonly EndedAttempt[],
  full: FullChannels,
  blocked: readonly EndedAttempt[] = [],
): AttemptVerdict {
  const attempts = [...ended, ...blocked];
  const last = attempts.at(-1);
  const unprovisioned = attempts.every(({ outcome }) => outcome.class === 'unprovisioned');
  // Every account says that it does not know the sign or template: waiting will not teach them.
  if (last !== undefined && unprovisioned && full.size === 0) return refusedVerdict(last.outcome);
  const words = [
    ...(attempts.length > 0 ? [tell(attempts)] : []),
    ...(full.size > 0 ? [tellFull(full)] : []),
  ];
  return {
    kind: 'no-channel',
    cause: causeOf(attempts, full),
    reason: words.length > 0 ? `nothing was sent: ${words.join('; ')}` : 'there is no candidate',
    retryAfterMs: retryAfter(attempts, full),
  };
}

/** What holds when time is over while candidates are left and no attempt is unknown. */
export function outOfTimeVerdict(attempts: readonly EndedAttempt[]): AttemptVerdict {
  if (attempts.length === 0)
    return { kind: 'deadline', reason: 'too little time was left to start an attempt' };
  if (attempts.every(({ outcome }) => !outcome.written)) {
    return { kind: 'deadline', reason: `time ran out before anything was written: ${tell(attempts)}` };
  }
  return {
    kind: 'no-channel',
    cause: causeOf(attempts, noneFull),
    reason: `nothing was sent, and time ran out before another candidate could be asked: ${tell(attempts)}`,
    retryAfterMs: retryAfter(attempts, noneFull),
  };
}
