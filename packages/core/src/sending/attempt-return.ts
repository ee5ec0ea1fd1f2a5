import type { Instant, Random } from '../clock.ts';
import type { Order } from '../routing/order.ts';
import type { Candidate, EndedAttempt } from './attempt-verdict.ts';
import type { Block } from './blocks.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** When and how a message returns to where it was already (`retry` of the strategy). */
export interface RetryRules {
  /** Attempts at one host and account, the first included. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** A candidate that was found blocked, and by what. */
export interface BlockedCandidate {
  readonly candidate: Candidate;
  readonly block: Block;
}

/** What decides about a return. */
export interface ReturnFacts {
  readonly candidates: Order<Candidate>;
  readonly attempts: readonly EndedAttempt[];
  readonly blocked: readonly BlockedCandidate[];
  readonly rules: RetryRules;
  /** Whether an unknown outcome may be followed by another attempt. */
  readonly resend: boolean;
  readonly random: Random;
  /** Whether the retry budget has refused a return already; what is no retry is still open then. Default false. */
  readonly budgetEmpty?: boolean;
}

/** A return to a candidate, not before `at`. */
export interface Return {
  readonly candidate: Candidate;
  readonly at: Instant;
  /** Whether this message has tried its host and account: only that is a retry. */
  readonly tried: boolean;
}

const throttledMs = 1000;

/** The earliest return that makes sense, once every candidate was tried or is blocked; undefined: none does. */
export function nextReturn(facts: ReturnFacts, at: Instant): Return | undefined {
  const { attempts, blocked, rules, random, budgetEmpty = false } = facts;
  const die = random();
  const jitter = (tries: number) => die * Math.min(rules.maxDelayMs, rules.baseDelayMs * 2 ** tries);
  let best: Return | undefined;
  const offer = (one: Return) => {
    if (budgetEmpty && one.tried) return;
    if (best === undefined || one.at < best.at) best = one;
  };
  const seen = new Set<string>();
  for (const { candidate } of attempts) {
    if (seen.has(candidate.channel)) continue;
    seen.add(candidate.channel);
    const tries = attempts.filter((each) => samePlace(each.candidate, candidate)).length;
    if (tries >= rules.maxAttempts || !mayReturn(facts, candidate)) continue;
    offer({ candidate, at: Math.max(at, freeAt(attempts, candidate)) + jitter(tries - 1), tried: true });
  }
  for (const { candidate, block } of blocked) {
    if (block.class !== 'throttled' || seen.has(candidate.channel) || isBarred(attempts, candidate)) continue;
    const tries = attempts.filter((each) => samePlace(each.candidate, candidate)).length;
    if (tries >= rules.maxAttempts) continue;
    offer({ candidate, at: Math.max(at, block.endsAt) + jitter(tries), tried: tries > 0 });
  }
  return best;
}

/** A blocked candidate as if it had answered once more what its block says. */
export function asIfAttempted({ candidate, block }: BlockedCandidate, at: Instant): EndedAttempt {
  const outcome = outcomeOf(block.class, {
    reason: `${block.reason} (known from an earlier message)`,
    written: false,
    code: block.code,
    retryAfterMs: Math.max(0, block.endsAt - at),
  });
  return { candidate, outcome, startedAt: at, endedAt: at };
}

function samePlace(one: Candidate, other: Candidate): boolean {
  return one.host === other.host && one.account === other.account;
}

/** Whether the last outcome at a candidate leaves hope that the next is another one. */
function mayReturn({ attempts, resend }: ReturnFacts, candidate: Candidate): boolean {
  const last = attempts.findLast((each) => each.candidate.channel === candidate.channel);
  if (last === undefined || isBarred(attempts, candidate)) return false;
  return passes(last.outcome, resend) || last.searched === 'absent';
}

function passes({ class: what, excludes }: Outcome, resend: boolean): boolean {
  if (what === 'unavailable') return excludes !== 'nothing';
  return what === 'throttled' || (what === 'unknown' && resend);
}

/** Whether an outcome that does not pass by itself excludes the candidate. */
function isBarred(attempts: readonly EndedAttempt[], candidate: Candidate): boolean {
  return attempts.some(({ candidate: other, outcome }) => {
    if (outcome.class === 'throttled' || outcome.class === 'unavailable' || outcome.class === 'unknown')
      return false;
    const scope = outcome.excludes;
    return scope !== 'nothing' && scope !== 'everything' && other[scope] === candidate[scope];
  });
}

/** When the account of a candidate may be asked again. */
function freeAt(attempts: readonly EndedAttempt[], { account }: Candidate): Instant {
  const ends = attempts
    .filter(({ candidate, outcome }) => outcome.class === 'throttled' && candidate.account === account)
    .map(({ endedAt, outcome }) => endedAt + (outcome.retryAfterMs ?? throttledMs));
  return Math.max(0, ...ends);
}
