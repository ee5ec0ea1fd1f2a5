import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';
import type { Fault } from './health-evidence.ts';

/** Faults that end within this time of a strike's first are that same strike. */
const sameStrikeMs = 100;
const mostEvidence = 5;

/** Faults of one channel since its last answer. */
export interface Strikes {
  /** Timeouts in a row. */
  readonly timeouts: number;
  /** Faults in a row. */
  readonly faults: number;
  readonly lastAt?: Instant;
  /** Nothing but connection faults: an answer to another channel of the host refutes them. */
  readonly connectionOnly: boolean;
  /** What the last of them said. */
  readonly evidence: readonly string[];
}

/** No fault since the last answer. */
export const noStrikes: Strikes = { timeouts: 0, faults: 0, connectionOnly: true, evidence: [] };

/** The strikes after a fault; the same object where it belongs to the strike before. */
export function strike(strikes: Strikes, fault: Fault, at: Instant): Strikes {
  if (strikes.lastAt !== undefined && at - strikes.lastAt < sameStrikeMs) return strikes;
  return {
    timeouts: fault.timedOut ? strikes.timeouts + 1 : 0,
    faults: strikes.faults + 1,
    lastAt: at,
    connectionOnly: strikes.connectionOnly && fault.connection,
    evidence: [...strikes.evidence, fault.reason].slice(-mostEvidence),
  };
}

/** Why these strikes take a channel out; absent where they do not. */
export function ejectable(
  { timeouts, faults }: Strikes,
  { consecutiveTimeouts, consecutiveFailures }: Strategy['health']['ejection'],
): string | undefined {
  if (timeouts >= consecutiveTimeouts) return inARow(timeouts, 'timeout');
  return faults >= consecutiveFailures ? inARow(faults, 'fault') : undefined;
}

function inARow(count: number, what: string): string {
  return count === 1 ? `a ${what}` : `${String(count)} ${what}s in a row`;
}
