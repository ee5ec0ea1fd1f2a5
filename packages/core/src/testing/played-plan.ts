import { startAttemptPlan, stepAttemptPlan } from '../sending/attempt-plan.ts';
import type { AttemptPlanInput, AttemptStep } from '../sending/attempt-plan-state.ts';
import type { AttemptVerdict, Candidate } from '../sending/attempt-verdict.ts';
import { outcomeOf } from '../sending/outcome.ts';
import type { Outcome, OutcomeClass } from '../sending/outcome.ts';

/** Written short: `name@host/account`; the credential is the account's unless given after a colon. */
export function candidate(text: string): Candidate {
  const [, channel = '', host = '', account = '', credential = account] =
    /^(\w+)@(\w+)\/(\w+)(?::(\w+))?$/.exec(text) ?? [];
  return { channel, host, account, credential };
}

/** An outcome of a class, written unless nothing could be reached. */
export function outcome(what: OutcomeClass, facts: Partial<Outcome> = {}): Outcome {
  return outcomeOf(what, { reason: what, written: what !== 'unavailable', ...facts });
}

/** The outcomes that most plans are about. */
export const accepted = outcome('accepted');
export const refused = outcome('unavailable', { code: 'ECONNREFUSED' });
export const unknown = outcome('unknown');

/** Who was tried, and what came of it. */
export interface PlayedPlan {
  readonly tried: readonly string[];
  readonly verdict: AttemptVerdict;
}

/** Plays outcomes one after the other, each after `eachMs`; `full` has no room. */
export function play(
  candidates: readonly string[],
  answers: readonly (Outcome | 'full')[],
  changes: Partial<AttemptPlanInput> & { readonly eachMs?: number } = {},
): PlayedPlan {
  const { eachMs = 10, ...input } = changes;
  const tried: string[] = [];
  let at = 1000;
  let step: AttemptStep = startAttemptPlan(
    {
      candidates: candidates.map(candidate),
      onUnknownOutcome: 'reconcile',
      deadline: 11_000,
      connectMs: 3000,
      readMs: 5000,
      ...input,
    },
    at,
  );
  for (const answer of answers) {
    if (step.effect.type !== 'attempt') break;
    const { candidate: chosen, number } = step.effect;
    const { channel } = chosen;
    if (answer === 'full') step = stepAttemptPlan(step.plan, { type: 'no-room', at, number });
    else {
      tried.push(channel);
      at += eachMs;
      step = stepAttemptPlan(step.plan, { type: 'ended', at, number, outcome: answer });
    }
  }
  if (step.effect.type !== 'finish') throw new Error(`still at "${step.effect.type}" after all answers`);
  return { tried, verdict: step.effect.verdict };
}

/** Three channels on hosts of their own, the first two of one account. */
export const abc = ['a@h1/x', 'b@h2/x', 'c@h3/y'];
