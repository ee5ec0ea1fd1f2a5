import { describe, expect, it } from 'vitest';
import { abc, accepted, candidate, refused, unknown } from '../testing/played-plan.ts';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptPlanInput, AttemptStep } from './attempt-plan-state.ts';
import type { Outcome } from './outcome.ts';

describe('a caller who hangs up', () => {
  const begin = (onUnknownOutcome: AttemptPlanInput['onUnknownOutcome'] = 'resend') =>
    startAttemptPlan(
      { candidates: abc.map(candidate), onUnknownOutcome, deadline: 9000, connectMs: 3000, readMs: 5000 },
      0,
    );
  const hangUp = (step: AttemptStep) => stepAttemptPlan(step.plan, { type: 'caller-gone', at: 1 });
  const end = (step: AttemptStep, what: Outcome) =>
    stepAttemptPlan(step.plan, { type: 'ended', at: 2, number: 1, outcome: what });

  it('cancels a message of which nothing was written', () => {
    const gone = hangUp(begin());
    expect(gone.effect).toEqual({ type: 'cancel-unwritten' });
    expect(end(gone, refused).effect).toMatchObject({ type: 'finish', verdict: { kind: 'cancelled' } });
  });

  it('lets a written attempt end, and counts its acceptance', () => {
    expect(end(hangUp(begin()), accepted).effect).toMatchObject({ verdict: { kind: 'accepted' } });
  });

  it('does not stop a message of which something was written', () => {
    expect(end(hangUp(begin()), unknown).effect).toMatchObject({ type: 'attempt', number: 2 });
  });

  it('changes nothing when the plan is over', () => {
    const over = hangUp(end(begin(), accepted));
    expect(over).toMatchObject({
      plan: { state: 'done', verdict: { kind: 'accepted' } },
      effect: { type: 'nothing' },
    });
  });
});
