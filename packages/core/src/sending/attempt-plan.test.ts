import { describe, expect, it } from 'vitest';
import { abc, accepted, candidate, outcome, play, refused, unknown } from '../testing/played-plan.ts';
import type { PlayedPlan } from '../testing/played-plan.ts';
import { startAttemptPlan } from './attempt-plan.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
import { minimumAttemptMs } from './next-attempt.ts';

describe('an attempt plan', () => {
  it.each<[string, () => PlayedPlan, readonly string[], Partial<AttemptVerdict>]>([
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
