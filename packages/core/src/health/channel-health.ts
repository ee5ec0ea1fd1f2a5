import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';
import type { Fault } from './health-evidence.ts';
import { ejectable, noStrikes, strike } from './strikes.ts';
import type { Strikes } from './strikes.ts';

/** A degraded channel is well again only from this score on. */
const wellScore = 90;
/** Accepted messages that end a trial. */
const trialMessages = 3;
const slowStartShare = 0.1;

/** The settings of the strategy that health follows. */
export type HealthRules = Pick<Strategy, 'health' | 'failback'>;

/** What holds of a channel in every state. */
interface HealthFacts {
  /** When it came into its state. */
  readonly since: Instant;
  /** Why it is in its state, in words. */
  readonly why: string;
  readonly strikes: Strikes;
  /** Ejections that count: each doubles the next one's length. */
  readonly ejections: number;
  /** Since when it is well without that being counted against its ejections. */
  readonly creditFrom: Instant;
  /** Failed probes in a row. */
  readonly probeFailures: number;
  /** Whether a probe passed since it came into its state. */
  readonly probePassed: boolean;
  /** Whether a probe or a message was ever answered. */
  readonly proven: boolean;
}

/** The health of one channel; changed by `stepChannelHealth` alone. */
export type ChannelHealth = HealthFacts &
  (
    | { readonly state: 'healthy' }
    /** Back, with a growing share of its traffic. */
    | { readonly state: 'slow-start' }
    /** Routed after the healthy ones: its score is low, or its very first probe failed. */
    | { readonly state: 'degraded'; readonly cause: 'score'; readonly wellSince?: Instant }
    | { readonly state: 'degraded'; readonly cause: 'first-probe' }
    /** Out of use until `until`, and until a probe passes; still the last resort. */
    | { readonly state: 'ejected'; readonly until: Instant }
    /** On trial with one message at a time. */
    | { readonly state: 'probing'; readonly accepted: number }
  );

/** What happened to a channel. */
export type HealthEvent =
  /** A message was answered; `startedAt` keeps what began before a state from counting in it. */
  | { readonly type: 'answered'; readonly accepted: boolean; readonly startedAt: Instant }
  /** `mayEject` is false while there is reason to suspect ourselves. */
  | {
      readonly type: 'fault';
      readonly fault: Fault;
      readonly startedAt: Instant;
      readonly mayEject: boolean;
    }
  /** Another channel of the same host was answered. */
  | { readonly type: 'host-answered' }
  | { readonly type: 'probe-passed' }
  /** `hostProven`: a probe or a message was answered by its host before. */
  | {
      readonly type: 'probe-failed';
      readonly reason: string;
      readonly mayEject: boolean;
      readonly hostProven: boolean;
    }
  /** Time went on; the score is absent where there are too few samples. */
  | { readonly type: 'tick'; readonly score?: number };

/** Where every channel begins. */
export function newChannelHealth(at: Instant): ChannelHealth {
  return {
    state: 'healthy',
    since: at,
    why: 'nothing is known against it',
    strikes: noStrikes,
    ejections: 0,
    creditFrom: at,
    probeFailures: 0,
    probePassed: false,
    proven: false,
  };
}

/** The share of its traffic that a channel gets now, 0.1–1. */
export function shareOf(health: ChannelHealth, { failback }: HealthRules, at: Instant): number {
  if (health.state === 'probing') return slowStartShare;
  if (health.state !== 'slow-start') return 1;
  const grown = (at - health.since) / Math.max(1, failback.slowStartMs);
  return Math.min(1, slowStartShare + (1 - slowStartShare) * grown);
}

/** The whole life of a channel's health: state and event in, next state out. */
export function stepChannelHealth(
  health: ChannelHealth,
  event: HealthEvent,
  rules: HealthRules,
  at: Instant,
): ChannelHealth {
  switch (event.type) {
    case 'answered':
      return afterAnswer(proven(withoutStrikes(health), 'it was answered', rules, at), event, rules, at);
    case 'host-answered':
      return health.strikes.connectionOnly
        ? proven(withoutStrikes(health), 'another channel of its host was answered', rules, at)
        : health;
    case 'fault':
      return afterFault(health, event, rules, at);
    case 'probe-passed':
      return health.probePassed && health.probeFailures === 0
        ? health
        : proven({ ...health, probeFailures: 0, probePassed: true }, 'a probe passed', rules, at);
    case 'probe-failed':
      return afterFailedProbe({ ...health, probeFailures: health.probeFailures + 1 }, event, rules, at);
    case 'tick':
      return afterTime(credited(health, rules, at), event.score, rules, at);
  }
}

function withoutStrikes(health: ChannelHealth): ChannelHealth {
  return health.strikes === noStrikes ? health : { ...health, strikes: noStrikes };
}

/** With something good known of it; one that only waited for that is back. */
function proven(health: ChannelHealth, sign: string, rules: HealthRules, at: Instant): ChannelHealth {
  if (health.state === 'degraded' && health.cause === 'first-probe') {
    return { ...comeBack(health, sign, rules, at), proven: true };
  }
  return health.proven ? health : { ...health, proven: true };
}

function afterAnswer(
  health: ChannelHealth,
  { accepted, startedAt }: Extract<HealthEvent, { type: 'answered' }>,
  rules: HealthRules,
  at: Instant,
): ChannelHealth {
  if (health.state !== 'probing' || !accepted || startedAt < health.since) return health;
  if (health.accepted + 1 < trialMessages) return { ...health, accepted: health.accepted + 1 };
  return comeBack(health, `${String(trialMessages)} messages on trial were accepted`, rules, at);
}

function afterFault(
  health: ChannelHealth,
  { fault, startedAt, mayEject }: Extract<HealthEvent, { type: 'fault' }>,
  rules: HealthRules,
  at: Instant,
): ChannelHealth {
  // What was under way when it was ejected is the same trouble once more.
  if (health.state === 'ejected') return health;
  if (health.state === 'probing') {
    if (startedAt < health.since) return health;
    if (!mayEject) return { ...health, accepted: 0 };
    return eject(
      { ...health, strikes: strike(noStrikes, fault, at) },
      'a message on trial failed',
      rules,
      at,
    );
  }
  const strikes = strike(health.strikes, fault, at);
  const reason = ejectable(strikes, rules.health.ejection);
  const struck = { ...health, strikes };
  return reason === undefined || !mayEject ? struck : eject(struck, reason, rules, at);
}

function afterFailedProbe(
  health: ChannelHealth,
  { reason, mayEject, hostProven }: Extract<HealthEvent, { type: 'probe-failed' }>,
  rules: HealthRules,
  at: Instant,
): ChannelHealth {
  if (health.state === 'ejected') return health;
  const strikes = { ...health.strikes, evidence: [...health.strikes.evidence, `probe: ${reason}`].slice(-5) };
  if (mayEject && health.probeFailures >= rules.health.probe.retries) {
    const why = `${String(health.probeFailures)} probes in a row failed`;
    return eject({ ...health, strikes }, why, rules, at);
  }
  // There is no good past to weigh it against.
  if (health.state !== 'healthy' || hostProven) return health;
  const why = `a probe failed, and nothing good is known of it: ${reason}`;
  return { ...enter({ ...health, strikes }, why, at), state: 'degraded', cause: 'first-probe' };
}

function afterTime(
  health: ChannelHealth,
  score: number | undefined,
  rules: HealthRules,
  at: Instant,
): ChannelHealth {
  const { threshold, probe } = rules.health;
  switch (health.state) {
    case 'healthy':
    case 'slow-start': {
      if (score !== undefined && score < threshold) {
        const why = `its score fell to ${String(Math.round(score))}, below ${String(threshold)}`;
        return { ...enter(health, why, at), state: 'degraded', cause: 'score' };
      }
      const grown = health.state === 'slow-start' && at - health.since >= rules.failback.slowStartMs;
      return grown ? { ...enter(health, 'its slow start is over', at), state: 'healthy' } : health;
    }
    case 'degraded': {
      if (health.cause === 'first-probe') {
        return probe.kind === 'off' ? comeBack(health, 'nobody is probed any more', rules, at) : health;
      }
      if ((score ?? 100) < wellScore) {
        const { wellSince, ...ill } = health;
        return wellSince === undefined ? health : ill;
      }
      const { wellSince = at } = health;
      if (at - wellSince < rules.failback.stableMs) return { ...health, wellSince };
      return comeBack(health, `its score was ${String(wellScore)} or more for long enough`, rules, at);
    }
    case 'ejected': {
      const probed = probe.kind === 'off' || (health.probePassed && health.probeFailures === 0);
      if (at < health.until || !probed) return health;
      const why = probe.kind === 'off' ? 'its ejection is over' : 'its ejection is over and probes pass';
      return { ...enter(health, why, at), state: 'probing', accepted: 0, strikes: noStrikes };
    }
    case 'probing':
      return health;
  }
}

/** The count of ejections falls by one for each `maxMs` of health. */
function credited(health: ChannelHealth, { health: { ejection } }: HealthRules, at: Instant): ChannelHealth {
  if (health.state !== 'healthy' && health.state !== 'slow-start') return { ...health, creditFrom: at };
  if (health.ejections === 0 || at - health.creditFrom < ejection.maxMs) return health;
  return { ...health, ejections: health.ejections - 1, creditFrom: health.creditFrom + ejection.maxMs };
}

function eject(health: ChannelHealth, why: string, rules: HealthRules, at: Instant): ChannelHealth {
  const { baseMs, maxMs } = rules.health.ejection;
  const forMs = Math.min(maxMs, baseMs * 2 ** health.ejections);
  return {
    ...enter(health, why, at),
    state: 'ejected',
    until: at + forMs,
    // More than this changes no length, and would take hours to fall.
    ejections: Math.min(health.ejections + 1, Math.max(1, Math.ceil(Math.log2(maxMs / baseMs)) + 1)),
  };
}

function comeBack(health: ChannelHealth, why: string, { failback }: HealthRules, at: Instant): ChannelHealth {
  return { ...enter(health, why, at), state: failback.slowStartMs > 0 ? 'slow-start' : 'healthy' };
}

function enter(health: ChannelHealth, why: string, at: Instant): HealthFacts {
  const { strikes, ejections, probeFailures, proven } = health;
  return { since: at, why, strikes, ejections, creditFrom: at, probeFailures, probePassed: false, proven };
}
