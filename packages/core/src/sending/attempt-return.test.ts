import { expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptEvent, AttemptStep } from './attempt-plan-state.ts';
import { outcomeOf } from './outcome.ts';

const one = { channel: 'one', host: 'a', account: 'main', credential: 'main' };
const other = { channel: 'other', host: 'a', account: 'second', credential: 'second' };

it('a budget that refuses a return leaves what was never tried', () => {
  const input = {
    candidates: [one, other],
    onUnknownOutcome: 'fail' as const,
    deadline: 10_000,
    connectMs: 1000,
    readMs: 1000,
    retry: { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 100 },
    random: () => 0,
  };
  const throttled = outcomeOf('throttled', { reason: 'too fast', written: true, retryAfterMs: 10 });
  const block = {
    scope: { kind: 'account', name: 'second' },
    class: 'throttled',
    reason: 'too fast',
    since: 0,
    endsAt: 500,
    trialAt: 500,
    trialMs: 0,
  } as const;
  let step: AttemptStep = startAttemptPlan(input, 0);
  const tell = (event: AttemptEvent) => (step = stepAttemptPlan(step.plan, event)).effect;
  tell({ type: 'ended', at: 1, number: 1, outcome: throttled });
  expect(tell({ type: 'blocked', at: 1, number: 2, block })).toMatchObject({ type: 'wait', retry: true });
  expect(tell({ type: 'waited', at: 20, granted: false })).toEqual({
    type: 'wait',
    until: 500,
    retry: false,
  });
  expect(tell({ type: 'waited', at: 500, granted: true })).toMatchObject({
    type: 'attempt',
    candidate: other,
  });
});
