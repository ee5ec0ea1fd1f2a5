import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptEffect, AttemptEvent, AttemptPlanInput, AttemptStep } from './attempt-plan-state.ts';
import type { AttemptVerdict, Candidate } from './attempt-verdict.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome, OutcomeClass } from './outcome.ts';

const candidates: readonly Candidate[] = [
  { channel: 'a', host: 'h1', account: 'x', credential: 'x' },
  { channel: 'b', host: 'h2', account: 'x', credential: 'x' },
  { channel: 'c', host: 'h3', account: 'y', credential: 'y' },
];

function outcome(what: OutcomeClass): Outcome {
  return outcomeOf(what, { reason: what, written: what !== 'unavailable' });
}

/** A plan that is told what happens, one event after the other. */
class Telling {
  readonly effects: AttemptEffect[] = [];
  #at = 0;
  #step: AttemptStep;

  constructor(changes: Partial<AttemptPlanInput> = {}) {
    const input: AttemptPlanInput = {
      candidates,
      onUnknownOutcome: 'reconcile',
      search: { afterReconcile: 'resend', afterInconclusive: 'fail' },
      deadline: 10_000,
      connectMs: 3000,
      readMs: 5000,
      ...changes,
    };
    this.#step = startAttemptPlan(input, 0);
    this.effects.push(this.#step.effect);
  }

  get last(): AttemptEffect | undefined {
    return this.effects.at(-1);
  }

  get plan(): AttemptStep['plan'] {
    return this.#step.plan;
  }

  /** The number of the attempt that was begun last. */
  get number(): number {
    return this.plan.begun;
  }

  tell(event: DistributiveOmit<AttemptEvent, 'at'>, afterMs = 10): this {
    this.#at += afterMs;
    this.#step = stepAttemptPlan(this.#step.plan, { ...event, at: this.#at });
    this.effects.push(this.#step.effect);
    return this;
  }

  /** Writes the attempt that was begun last, and ends it. */
  attempt(what: OutcomeClass): this {
    this.tell({ type: 'ready', number: this.number });
    return this.tell({ type: 'ended', number: this.number, outcome: outcome(what) });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const found = { type: 'searched', end: { kind: 'found', channel: 'a' } } as const;
const absent = { type: 'searched', end: { kind: 'absent' } } as const;
const inconclusive = {
  type: 'searched',
  end: { kind: 'inconclusive', reason: 'there is no place' },
} as const;
const finish = (verdict: Partial<AttemptVerdict>) => ({ type: 'finish', verdict });

describe('an unknown outcome', () => {
  it('is searched for before anything else is sent', () => {
    expect(new Telling().attempt('unknown').last).toEqual({ type: 'search' });
  });

  it('that was found is accepted', () => {
    const told = new Telling().attempt('unknown').tell(found);
    expect(told.last).toMatchObject(finish({ kind: 'accepted', channel: 'a' }));
    expect(told.plan.attempts).toMatchObject([{ searched: 'found' }]);
  });

  it('that is absent is sent by another host', () => {
    const told = new Telling().attempt('unknown').tell(absent);
    expect(told.last).toMatchObject({ type: 'attempt', candidate: { channel: 'b' } });
    expect(told.attempt('accepted').last).toMatchObject(finish({ kind: 'accepted', channel: 'b' }));
  });

  it('that is absent is not sent where the route says fail, and is told as not sent', () => {
    const search = { afterReconcile: 'fail', afterInconclusive: 'fail' } as const;
    const told = new Telling({ search }).attempt('unknown').tell(absent);
    expect(told.last).toMatchObject(finish({ kind: 'no-channel' }));
  });

  it('that is absent comes back to its only host within the retry rules', () => {
    const [only] = candidates;
    const retry = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 2000 };
    const told = new Telling({ candidates: only === undefined ? [] : [only], retry }).attempt('unknown');
    expect(told.tell(absent).last).toMatchObject({ type: 'wait', retry: true });
    expect(told.tell({ type: 'waited', granted: true }, 200).last).toMatchObject({ type: 'attempt' });
  });

  it('that cannot be told stays unknown, unless the route says resend', () => {
    const told = new Telling().attempt('unknown').tell(inconclusive);
    const reason = expect.stringContaining('there is no place') as string;
    expect(told.last).toMatchObject(finish({ kind: 'unknown', reason }));
    expect(told.plan).not.toHaveProperty('searching');
    const search = { afterReconcile: 'fail', afterInconclusive: 'resend' } as const;
    const resent = new Telling({ search }).attempt('unknown').tell(inconclusive);
    expect(resent.last).toMatchObject({ type: 'attempt', candidate: { channel: 'b' } });
    expect(resent.attempt('unavailable').attempt('unavailable').last).toMatchObject(
      finish({ kind: 'unknown' }),
    );
  });

  it('with nobody who searches is told at once', () => {
    const told = new Telling({ onUnknownOutcome: 'fail' });
    expect(told.attempt('unknown').last).toMatchObject(finish({ kind: 'unknown' }));
  });
});

describe('at the deadline', () => {
  it('the caller is told unknown, and the search goes on without sending anything', () => {
    const told = new Telling().attempt('unknown').tell({ type: 'deadline' }, 9980);
    expect(told.last).toMatchObject(finish({ kind: 'unknown' }));
    expect(told.plan).toMatchObject({ state: 'done', searching: true });
    expect(told.tell(absent).last).toMatchObject({ type: 'late', verdict: { kind: 'no-channel' } });
  });

  it.each([
    [found, 'accepted'],
    [inconclusive, 'unknown'],
  ] as const)('what the search says later (%j) is told late', (event, kind) => {
    const told = new Telling().attempt('unknown').tell({ type: 'deadline' }, 9980).tell(event);
    expect(told.last).toMatchObject({ type: 'late', verdict: { kind } });
    expect(told.tell(found).last).toEqual({ type: 'nothing' });
  });

  it('a written attempt is searched for and listened to; whichever speaks first decides', () => {
    const begin = () => {
      const told = new Telling().tell({ type: 'ready', number: 1 }).tell({ type: 'deadline' }, 9990);
      expect(told.plan).toMatchObject({ state: 'done', searching: true, outstanding: { number: 1 } });
      return told;
    };
    const late = (what: OutcomeClass) => ({ type: 'ended' as const, number: 1, outcome: outcome(what) });
    expect(begin().tell(found).last).toMatchObject({ type: 'late', verdict: { kind: 'accepted' } });
    expect(begin().tell(late('accepted')).last).toMatchObject({
      type: 'late',
      verdict: { kind: 'accepted' },
    });
    expect(begin().tell(late('rejected')).last).toMatchObject({
      type: 'late',
      verdict: { kind: 'rejected' },
    });
    const open = begin().tell(late('unknown'));
    expect(open.last).toEqual({ type: 'nothing' });
    expect(open.tell(absent).last).toMatchObject({ type: 'late', verdict: { kind: 'no-channel' } });
    // The request may still arrive: its absence says nothing.
    const early = begin().tell(absent);
    expect(early.last).toEqual({ type: 'nothing' });
    expect(early.tell(late('unknown')).last).toMatchObject({ type: 'late', verdict: { kind: 'unknown' } });
  });
});

describe('an attempt that takes long', () => {
  const overdue = () =>
    new Telling().tell({ type: 'ready', number: 1 }).tell({ type: 'overdue', number: 1 }, 5000);
  const ended = (what: OutcomeClass) => ({ type: 'ended' as const, number: 1, outcome: outcome(what) });

  it('is due for a search when another candidate could be asked', () => {
    const told = new Telling().tell({ type: 'ready', number: 1 }, 100);
    expect(told.last).toEqual({ type: 'write', overdueAt: 5100 });
    const short = new Telling({ deadline: 2500 }).tell({ type: 'ready', number: 1 }, 0);
    expect(short.last).toEqual({ type: 'write', overdueAt: 1500 });
    const never = new Telling({ onUnknownOutcome: 'resend' }).tell({ type: 'ready', number: 1 }, 0);
    expect(never.last).toEqual({ type: 'write' });
  });

  it('is searched for while it is listened to', () => {
    expect(overdue().last).toEqual({ type: 'search' });
    expect(overdue().tell(found).last).toMatchObject(finish({ kind: 'accepted', channel: 'a' }));
  });

  it.each([
    ['accepted', finish({ kind: 'accepted', channel: 'a' })],
    ['rejected', finish({ kind: 'rejected' })],
    ['limited', finish({ kind: 'number-limited' })],
    ['throttled', { type: 'attempt', candidate: { channel: 'c' } }],
    ['unavailable', { type: 'attempt', candidate: { channel: 'b' } }],
    ['unknown', { type: 'nothing' }],
  ] as const)('goes by its own late answer: %s', (what, effect) => {
    expect(overdue().tell(ended(what)).last).toMatchObject(effect);
  });

  it('is never absent before it has ended', () => {
    const told = overdue().tell(absent);
    expect(told.last).toEqual({ type: 'nothing' });
    expect(told.tell(ended('unknown')).last).toMatchObject(finish({ kind: 'unknown' }));
  });

  it('is told as unknown at the deadline, still listened to and searched for', () => {
    const told = overdue().tell({ type: 'deadline' }, 4990);
    expect(told.last).toMatchObject(finish({ kind: 'unknown' }));
    expect(told.plan).toMatchObject({ outstanding: { number: 1 }, searching: true });
  });
});

describe('flow control after an unknown outcome', () => {
  const routes = [
    { onUnknownOutcome: 'resend' as const },
    { search: { afterReconcile: 'resend' as const, afterInconclusive: 'resend' as const } },
  ];

  it.each(routes)('stops every resend and asks: %j', (route) => {
    const begin = () => {
      const told = new Telling(route).attempt('unknown');
      if (told.last?.type === 'search') told.tell(inconclusive);
      told.attempt('limited');
      expect(told.last).toEqual({ type: 'search' });
      return told;
    };
    expect(begin().tell(found).last).toMatchObject(finish({ kind: 'accepted', channel: 'a' }));
    expect(begin().tell(absent).last).toMatchObject(finish({ kind: 'number-limited' }));
    expect(begin().tell(inconclusive).last).toMatchObject(finish({ kind: 'unknown' }));
  });

  it('is not feared where the first was absent and the second refused for what it is', () => {
    const told = new Telling().attempt('unknown').tell(absent).attempt('rejected');
    expect(told.last).toMatchObject(finish({ kind: 'rejected' }));
  });

  it('asks again also where the first was absent: the limit may come of it', () => {
    const told = new Telling().attempt('unknown').tell(absent).attempt('limited');
    expect(told.last).toEqual({ type: 'search' });
    expect(told.plan.attempts.map(({ searched }) => searched)).toEqual([undefined, undefined]);
    expect(told.tell(found).last).toMatchObject(finish({ kind: 'accepted', channel: 'a' }));
  });
});

/** What truly becomes of each write, and what is told of it. */
const truth = fc.record({
  what: fc.constantFrom<OutcomeClass>(
    'accepted',
    'unknown',
    'unknown',
    'unknown',
    'limited',
    'throttled',
    'unavailable',
  ),
  /** Whether the provider took a request whose outcome is unknown. */
  taken: fc.boolean(),
  /** Whether it is so slow that it is searched for meanwhile. */
  slow: fc.boolean(),
  /** Whether a search can tell. */
  told: fc.boolean(),
});
const facts = fc.record({
  truths: fc.array(truth, { minLength: 1, maxLength: 6 }),
  onUnknownOutcome: fc.constantFrom('reconcile' as const, 'fail' as const),
  afterReconcile: fc.constantFrom('resend' as const, 'fail' as const),
  deadlineAfter: fc.integer({ min: 1, max: 20 }),
});

it('whatever happens: one text at most, and nobody is told wrong', () => {
  fc.assert(
    fc.property(facts, ({ truths, onUnknownOutcome, afterReconcile, deadlineAfter }) => {
      const search = { afterReconcile, afterInconclusive: 'fail' as const };
      const told = new Telling({ onUnknownOutcome, deadline: 1_000_000, search });
      let texts = 0;
      const open: { channel: string; taken: boolean; told: boolean }[] = [];
      const verdicts: AttemptVerdict[] = [];
      const pending: DistributiveOmit<AttemptEvent, 'at'>[] = [];
      for (let round = 0; round < 60; round += 1) {
        const { last } = told;
        if (last?.type === 'finish' || last?.type === 'late') verdicts.push(last.verdict);
        if (last?.type === 'wait') told.tell({ type: 'waited', granted: true }, 3000);
        else if (last?.type === 'attempt') {
          const { number } = last;
          const fate = truths[(number - 1) % truths.length];
          if (fate === undefined || told.tell({ type: 'ready', number }).last?.type !== 'write') continue;
          const taken = fate.what === 'accepted' || (fate.what === 'unknown' && fate.taken);
          if (taken) texts += 1;
          if (fate.what === 'unknown') open.push({ channel: last.candidate.channel, taken, told: fate.told });
          pending.push({ type: 'ended', number, outcome: outcome(fate.what) });
          if (fate.slow) told.tell({ type: 'overdue', number });
        } else if (pending.length > 0) {
          const next = pending.shift();
          if (next !== undefined) told.tell(next);
        } else {
          const { plan } = told;
          const searching = plan.state === 'searching' || (plan.state === 'done' && plan.searching);
          if (searching !== true) {
            if (plan.state === 'done') break;
            told.tell({ type: 'deadline' });
            continue;
          }
          const hit = open.find((one) => one.taken && one.told);
          if (hit !== undefined)
            told.tell({ type: 'searched', end: { kind: 'found', channel: hit.channel } });
          else told.tell(open.every((one) => one.told) ? absent : inconclusive);
        }
        if (round === deadlineAfter && told.last?.type === 'nothing') told.tell({ type: 'deadline' });
      }
      expect(texts).toBeLessThanOrEqual(1);
      expect(verdicts.length).toBeGreaterThan(0);
      for (const { kind } of verdicts) {
        if (kind === 'accepted') expect(texts).toBe(1);
        else if (kind !== 'unknown') expect(texts).toBe(0);
      }
    }),
    { numRuns: 2000 },
  );
});
