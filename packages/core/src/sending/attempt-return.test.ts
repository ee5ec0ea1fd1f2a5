import { expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptEvent, AttemptStep } from './attempt-plan-state.ts';
import type { Candidate } from './attempt-verdict.ts';
import { outcomeOf } from './outcome.ts';

const one = { channel: 'one', host: 'a', account: 'main', credential: 'main' };
const other = { channel: 'other', host: 'a', account: 'second', credential: 'second' };

/** A plan with returns after 100 ms; what it is told is answered with what it wants next. */
function begin(candidates: readonly Candidate[], maxAttempts: number) {
  const input = {
    candidates,
    onUnknownOutcome: 'fail' as const,
    deadline: 10_000,
    connectMs: 1000,
    readMs: 1000,
    retry: { maxAttempts, baseDelayMs: 100, maxDelayMs: 100 },
    random: () => 0,
  };
  let step: AttemptStep = startAttemptPlan(input, 0);
  return (event: AttemptEvent) => (step = stepAttemptPlan(step.plan, event)).effect;
}

function throttled(retryAfterMs: number) {
  return outcomeOf('throttled', { reason: 'too fast', written: true, retryAfterMs });
}

/** An account that is left alone until `endsAt`. */
function blockOf(name: string, endsAt: number) {
  return {
    scope: { kind: 'account', name },
    class: 'throttled',
    reason: 'too fast',
    since: 0,
    endsAt,
    trialAt: endsAt,
    trialMs: 0,
  } as const;
}

it('a budget that refuses a return leaves what was never tried', () => {
  const tell = begin([one, other], 3);
  tell({ type: 'ended', at: 1, number: 1, outcome: throttled(10) });
  const block = blockOf('second', 500);
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

it('a channel that has no room when its block is over is asked again after the next attempt', () => {
  const elsewhere = { ...other, host: 'b' };
  const tell = begin([one, elsewhere], 1);
  tell({ type: 'blocked', at: 0, number: 1, block: blockOf('main', 100) });
  expect(tell({ type: 'blocked', at: 0, number: 2, block: blockOf('second', 200) })).toMatchObject({
    until: 100,
  });
  expect(tell({ type: 'waited', at: 100, granted: true })).toMatchObject({ candidate: one });
  expect(tell({ type: 'no-room', at: 100, number: 3 })).toMatchObject({ type: 'wait', until: 200 });
  expect(tell({ type: 'waited', at: 200, granted: true })).toMatchObject({ candidate: elsewhere });
  expect(tell({ type: 'ended', at: 210, number: 4, outcome: throttled(10_000) })).toMatchObject({
    type: 'attempt',
    candidate: one,
  });
});
