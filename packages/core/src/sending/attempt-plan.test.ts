import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import { minimumAttemptMs } from './next-attempt.ts';
import type { AttemptPlanInput, AttemptStep } from './attempt-plan-state.ts';
import type { AttemptVerdict, Candidate } from './attempt-verdict.ts';
import { outcomeClasses, outcomeOf } from './outcome.ts';
import type { Outcome, OutcomeClass } from './outcome.ts';

/** Written short: `name@host/account`; the credential is the account's unless given after a colon. */
function candidate(text: string): Candidate {
  const [, channel = '', host = '', account = '', credential = account] =
    /^(\w+)@(\w+)\/(\w+)(?::(\w+))?$/.exec(text) ?? [];
  return { channel, host, account, credential };
}

function outcome(what: OutcomeClass, facts: Partial<Outcome> = {}): Outcome {
  return outcomeOf(what, { reason: what, written: what !== 'unavailable', ...facts });
}

const accepted = outcome('accepted');
const refused = outcome('unavailable', { code: 'ECONNREFUSED' });
const unknown = outcome('unknown');

interface Story {
  readonly tried: readonly string[];
  readonly verdict: AttemptVerdict;
}

/** Plays outcomes one after the other, each after `eachMs`; `full` has no room. */
function play(
  candidates: readonly string[],
  answers: readonly (Outcome | 'full')[],
  changes: Partial<AttemptPlanInput> & { readonly eachMs?: number } = {},
): Story {
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

const abc = ['a@h1/x', 'b@h2/x', 'c@h3/y'];

describe('an attempt plan', () => {
  it.each<[string, () => Story, readonly string[], Partial<AttemptVerdict>]>([
    [
      'ends with the first acceptance',
      () => play(abc, [accepted]),
      ['a'],
      { kind: 'accepted', channel: 'a' },
    ],
    [
      'goes on where nothing was written',
      () => play(abc, [refused, accepted]),
      ['a', 'b'],
      { kind: 'accepted', channel: 'b' },
    ],
    [
      'answers a rejection at once',
      () => play(abc, [outcome('rejected', { code: 'isv.X' })]),
      ['a'],
      { kind: 'rejected', code: 'isv.X' },
    ],
    [
      'answers a number’s limit at once',
      () => play(abc, [outcome('limited', { retryAfterMs: 3_600_000 })]),
      ['a'],
      { kind: 'number-limited', retryAfterMs: 3_600_000 },
    ],
    ['stops at an unknown outcome', () => play(abc, [unknown]), ['a'], { kind: 'unknown' }],
    [
      'stops there when told to fail',
      () => play(abc, [unknown], { onUnknownOutcome: 'fail' }),
      ['a'],
      { kind: 'unknown' },
    ],
    [
      'sends again when told to resend',
      () => play(abc, [unknown, accepted], { onUnknownOutcome: 'resend' }),
      ['a', 'b'],
      { kind: 'accepted', channel: 'b' },
    ],
    [
      'resends over another host first',
      () => play(['a@h1/x', 'b@h1/y', 'c@h3/x'], [unknown, accepted], { onUnknownOutcome: 'resend' }),
      ['a', 'c'],
      { kind: 'accepted', channel: 'c' },
    ],
    [
      'stays unknown when the resend is rejected',
      () => play(abc, [unknown, outcome('rejected')], { onUnknownOutcome: 'resend' }),
      ['a', 'b'],
      { kind: 'unknown' },
    ],
    [
      'stays unknown when the resend is limited: the limit may come from the first',
      () => play(abc, [unknown, outcome('limited')], { onUnknownOutcome: 'resend' }),
      ['a', 'b'],
      { kind: 'unknown' },
    ],
    [
      'stays unknown when nobody else takes it',
      () => play(abc, [unknown, refused, refused], { onUnknownOutcome: 'resend' }),
      ['a', 'b', 'c'],
      { kind: 'unknown' },
    ],
    [
      'stays unknown when nobody else has room',
      () => play(abc, [unknown, 'full', 'full'], { onUnknownOutcome: 'resend' }),
      ['a'],
      { kind: 'unknown' },
    ],
    [
      'leaves a throttled account',
      () => play(abc, [outcome('throttled'), accepted]),
      ['a', 'c'],
      { kind: 'accepted', channel: 'c' },
    ],
    [
      'leaves a credential that is refused, not its account',
      () => play(['a@h1/x:k1', 'b@h2/x:k1', 'c@h3/x:k2'], [outcome('misconfigured'), accepted]),
      ['a', 'c'],
      { kind: 'accepted', channel: 'c' },
    ],
    [
      'leaves only the channel whose endpoint is wrong',
      () => play(abc, [outcome('misconfigured', { excludes: 'channel' }), accepted]),
      ['a', 'b'],
      { kind: 'accepted', channel: 'b' },
    ],
    [
      'comes back to a host that failed when nothing else is left',
      () => play(['a@h1/x', 'b@h1/y', 'c@h2/x'], [refused, refused, accepted]),
      ['a', 'c', 'b'],
      { kind: 'accepted', channel: 'b' },
    ],
    [
      'tries no channel twice',
      () => play(['a@h1/x'], [refused]),
      ['a'],
      { kind: 'no-channel', cause: 'unreachable' },
    ],
    [
      'passes over a channel without room',
      () => play(abc, ['full', accepted]),
      ['b'],
      { kind: 'accepted', channel: 'b' },
    ],
    [
      'asks a channel without room again after an attempt',
      () => play(abc, ['full', refused, accepted]),
      ['b', 'a'],
      { kind: 'accepted', channel: 'a' },
    ],
    [
      'gives up when none has room',
      () => play(abc, ['full', 'full', 'full']),
      [],
      { kind: 'no-channel', cause: 'full', retryAfterMs: 1000 },
    ],
    [
      'answers as rejected what no account has the sign for',
      () => play(abc, [outcome('unprovisioned', { code: 'isv.SMS_SIGN_ILLEGAL' }), outcome('unprovisioned')]),
      ['a', 'c'],
      { kind: 'rejected' },
    ],
    [
      'does not answer as rejected what another account could not be asked',
      () => play(abc, [outcome('unprovisioned'), refused]),
      ['a', 'c'],
      { kind: 'no-channel', cause: 'refused', retryAfterMs: 1000 },
    ],
    [
      'passes on how long all were throttled',
      () =>
        play(abc, [
          outcome('throttled', { retryAfterMs: 2500 }),
          outcome('throttled', { retryAfterMs: 1500 }),
        ]),
      ['a', 'c'],
      { kind: 'no-channel', cause: 'throttled', retryAfterMs: 1500 },
    ],
    [
      'has an answer without candidates',
      () => play([], []),
      [],
      { kind: 'no-channel', cause: 'no-candidate' },
    ],
    [
      'starts nothing with too little time',
      () => play(abc, [], { deadline: 1000 + minimumAttemptMs - 1 }),
      [],
      { kind: 'deadline' },
    ],
    [
      'starts with just enough time',
      () => play(abc, [accepted], { deadline: 1000 + minimumAttemptMs }),
      ['a'],
      { kind: 'accepted' },
    ],
    [
      'runs out of time before anything was written',
      () => play(abc, [refused, refused], { deadline: 2000, eachMs: 800 }),
      ['a'],
      { kind: 'deadline' },
    ],
    [
      'runs out of time after a refusal',
      () => play(abc, [outcome('throttled')], { deadline: 2000, eachMs: 800 }),
      ['a'],
      { kind: 'no-channel', cause: 'throttled' },
    ],
    [
      'stays unknown when time runs out',
      () => play(abc, [unknown], { deadline: 2000, eachMs: 800, onUnknownOutcome: 'resend' }),
      ['a'],
      { kind: 'unknown' },
    ],
  ])('%s', (_, tell, tried, verdict) => {
    const story = tell();
    expect(story.tried).toEqual(tried);
    expect(story.verdict).toMatchObject(verdict);
  });

  it.each([
    ['0.6 of what remains while another is left', abc, 8000, 4800],
    ['at most the ceiling for reading', abc, 60_000, 5000],
    ['at least a second', abc, 1300, 1000],
    ['never more than what remains', abc, 700, 700],
    ['what remains when it is the last', ['a@h1/x'], 7000, 7000],
    ['both ceilings when it is the last', ['a@h1/x'], 60_000, 8000],
  ])('gives an attempt %s', (_, candidates, remaining, expected) => {
    const { effect } = startAttemptPlan(
      {
        candidates: candidates.map(candidate),
        onUnknownOutcome: 'fail',
        deadline: remaining,
        connectMs: 3000,
        readMs: 5000,
      },
      0,
    );
    expect(effect).toMatchObject({ type: 'attempt', deadline: expected });
  });

  it('says what every attempt met, without growing for ever', () => {
    const many = Array.from({ length: 40 }, (_, n) => `c${String(n)}@h${String(n)}/x`);
    const { verdict, tried } = play(
      many,
      many.map(() => refused),
    );
    expect(tried).toHaveLength(40);
    expect(verdict).toMatchObject({ reason: expect.stringContaining('c39: unavailable') as unknown });
    expect('reason' in verdict ? verdict.reason.length : 0).toBeLessThan(400);
  });
});

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

describe('any story of attempts', () => {
  const candidates = fc.uniqueArray(
    fc.record({
      channel: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      host: fc.constantFrom('h1', 'h2', 'h3'),
      account: fc.constantFrom('x', 'y'),
      credential: fc.constantFrom('k1', 'k2', 'k3'),
    }),
    { selector: ({ channel }) => channel, maxLength: 8 },
  );
  const answer = fc.oneof(
    fc.constant('full' as const),
    fc.constantFrom(...outcomeClasses).map((what) => outcome(what)),
  );
  const answers = fc.array(fc.tuple(answer, fc.integer({ min: 0, max: 2000 })), {
    minLength: 100,
    maxLength: 100,
  });
  const policy = fc.constantFrom('reconcile' as const, 'resend' as const, 'fail' as const);

  it('ends, keeps to the deadline and to what was excluded, and never guesses', () => {
    fc.assert(
      fc.property(
        candidates,
        answers,
        policy,
        fc.integer({ min: 0, max: 9000 }),
        (given, script, resend, deadline) => {
          let at = 0;
          let step = startAttemptPlan(
            { candidates: given, onUnknownOutcome: resend, deadline, connectMs: 3000, readMs: 5000 },
            at,
          );
          const ended: { candidate: Candidate; outcome: Outcome }[] = [];
          for (const [what, ms] of script) {
            if (step.effect.type !== 'attempt') break;
            const { candidate: chosen, deadline: until, number } = step.effect;
            expect(until).toBeLessThanOrEqual(deadline);
            expect(deadline - at).toBeGreaterThanOrEqual(minimumAttemptMs);
            expect(number).toBeGreaterThan(ended.length);
            for (const before of ended) {
              expect(chosen.channel).not.toBe(before.candidate.channel);
              expect(before.outcome.class === 'unknown' && resend !== 'resend').toBe(false);
              if (before.outcome.excludes === 'account')
                expect(chosen.account).not.toBe(before.candidate.account);
              if (before.outcome.excludes === 'credential') {
                expect(chosen.credential).not.toBe(before.candidate.credential);
              }
            }
            if (what === 'full') step = stepAttemptPlan(step.plan, { type: 'no-room', at, number });
            else {
              ended.push({ candidate: chosen, outcome: what });
              at = Math.min(at + ms, until);
              step = stepAttemptPlan(step.plan, { type: 'ended', at, number, outcome: what });
            }
          }
          expect(step.effect.type).toBe('finish');
          const verdict = step.plan.state === 'done' ? step.plan.verdict.kind : undefined;
          const last = ended.at(-1)?.outcome.class;
          const open = ended.some(({ outcome: { class: what } }) => what === 'unknown');
          if (last === 'accepted') expect(verdict).toBe('accepted');
          else if (open) expect(verdict).toBe('unknown');
          else expect(verdict).not.toMatch(/accepted|unknown|cancelled/);
        },
      ),
    );
  });
});
