import { describe, expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptStep } from './attempt-plan-state.ts';
import type { Candidate } from './attempt-verdict.ts';
import { outcomeOf } from './outcome.ts';

const [a, b, c] = ['a', 'b', 'c'].map((channel): Candidate => ({
  channel,
  host: `${channel}-host`,
  account: channel,
  credential: channel,
}));
const limit = (retryAfterMs: number) => ({ why: 'its limit is used up', retryAfterMs });

function start(candidates: readonly (Candidate | undefined)[]): AttemptStep {
  return startAttemptPlan(
    {
      candidates: candidates.filter((candidate) => candidate !== undefined),
      onUnknownOutcome: 'reconcile',
      deadline: 10_000,
      connectMs: 3000,
      readMs: 5000,
    },
    0,
  );
}

/** Tells the attempt under way that its channel has no room. */
function full({ plan, effect }: AttemptStep, over?: ReturnType<typeof limit>): AttemptStep {
  if (effect.type !== 'attempt') throw new Error(`nothing is attempted: ${effect.type}`);
  return stepAttemptPlan(plan, {
    type: 'no-room',
    at: 0,
    number: effect.number,
    ...(over && { limit: over }),
  });
}

describe('a message whose channels are over their limits', () => {
  it('goes by the next one, and blames nobody', () => {
    const step = full(start([a, b]), limit(500));
    expect(step.effect).toMatchObject({ type: 'attempt', candidate: b });
    expect(step.plan.attempts).toEqual([]);
  });

  it('is told so, and when the first of them takes it again', () => {
    const { effect } = full(full(start([a, b]), limit(700)), limit(300));
    expect(effect).toEqual({
      type: 'finish',
      verdict: {
        kind: 'no-channel',
        cause: 'limited',
        retryAfterMs: 300,
        reason: 'nothing was sent: a: its limit is used up; b: its limit is used up',
      },
    });
  });

  it('is told of the limit where another has no connection left', () => {
    const { effect } = full(full(start([a, b]), limit(2700)));
    expect(effect).toMatchObject({ verdict: { cause: 'limited', retryAfterMs: 1000 } });
  });

  it('is told of what failed where something did, and asks the limited ones again after that', () => {
    const { plan, effect } = full(start([a, c]), limit(200));
    if (effect.type !== 'attempt') throw new Error('c is not tried');
    const outcome = outcomeOf('account', { reason: 'no balance', written: true });
    const again = stepAttemptPlan(plan, { type: 'ended', at: 10, number: effect.number, outcome });
    expect(again.effect).toMatchObject({ type: 'attempt', candidate: a });
    expect(full(again, limit(200)).effect).toMatchObject({
      verdict: { cause: 'refused', retryAfterMs: 200 },
    });
  });
});
