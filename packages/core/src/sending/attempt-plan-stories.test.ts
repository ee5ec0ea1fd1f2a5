import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { AttemptEffect, AttemptEvent, AttemptPlanInput, AttemptStep } from './attempt-plan-state.ts';
import type { AttemptVerdict, Candidate } from './attempt-verdict.ts';
import { admit, noteOutcome } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { outcomeClasses, outcomeOf } from './outcome.ts';
import type { Outcome, OutcomeClass } from './outcome.ts';

type Order = Extract<AttemptEffect, { type: 'attempt' }>;

/** What the world does to one attempt. */
interface Fate {
  readonly kind: 'no-room' | 'never-connects' | 'connects';
  readonly connectsIn: number;
  readonly what: OutcomeClass;
  readonly answersIn: number;
}

/** What one message met. */
interface Story {
  readonly verdict: AttemptVerdict;
  readonly answeredAt: number;
  readonly late: AttemptVerdict | undefined;
  /** Each write: by whom, from when until when, and how it ended. */
  readonly writes: { candidate: Candidate; from: number; to: number; what: OutcomeClass }[];
  /** Whose attempts ended; one that lost a race was none. */
  readonly tried: readonly Candidate[];
  readonly retriesAsked: number;
}

const content = { signName: 's', templateCode: 't' };

/** A world on a clock of its own, in which everything happens in order of time. */
class World {
  readonly #fates: readonly Fate[];
  readonly #granted: boolean;
  readonly #raceMs: number;
  readonly #queue: { at: number; order: number; run: () => void }[] = [];
  readonly #writes: Story['writes'] = [];
  #step: AttemptStep | undefined;
  #blocks: Blocks = new Map();
  #now = 0;
  #queued = 0;
  #fate = 0;
  #retriesAsked = 0;
  #ended: { verdict: AttemptVerdict; answeredAt: number } | undefined;
  #late: AttemptVerdict | undefined;

  constructor(fates: readonly Fate[], granted: boolean, raceMs: number) {
    this.#fates = fates;
    this.#granted = granted;
    this.#raceMs = raceMs;
  }

  play(input: AttemptPlanInput): Story {
    this.#at(input.deadline, () => {
      this.#tell({ type: 'deadline', at: this.#now });
    });
    this.#take(startAttemptPlan(input, 0));
    for (let events = 0; this.#queue.length > 0; events += 1) {
      if (events > 5000) throw new Error('the story does not end');
      this.#queue.sort((one, other) => one.at - other.at || one.order - other.order);
      const next = this.#queue.shift();
      this.#now = next?.at ?? this.#now;
      next?.run();
    }
    if (this.#ended === undefined) throw new Error('the story has no end');
    const { verdict, answeredAt } = this.#ended;
    const [writes, retriesAsked] = [this.#writes, this.#retriesAsked];
    const tried = this.#step?.plan.attempts.map(({ candidate }) => candidate) ?? [];
    return { verdict, answeredAt, late: this.#late, writes, tried, retriesAsked };
  }

  #at(at: number, run: () => void): void {
    this.#queued += 1;
    this.#queue.push({ at, order: this.#queued, run });
  }

  #tell(event: AttemptEvent): AttemptEffect {
    if (this.#step === undefined) throw new Error('told before the beginning');
    return this.#take(stepAttemptPlan(this.#step.plan, event));
  }

  #take(step: AttemptStep): AttemptEffect {
    this.#step = step;
    const { effect } = step;
    if (effect.type === 'attempt') this.#attempt(effect);
    if (effect.type === 'finish') {
      expect(this.#ended).toBeUndefined();
      this.#ended = { verdict: effect.verdict, answeredAt: this.#now };
    }
    if (effect.type === 'late') this.#late = effect.verdict;
    if (effect.type === 'wait') {
      if (effect.retry) this.#retriesAsked += 1;
      const granted = !effect.retry || this.#granted;
      this.#at(Math.max(this.#now, effect.until), () => {
        this.#tell({ type: 'waited', at: this.#now, granted });
      });
    }
    return effect;
  }

  #attempt({ candidate, number, deadline }: Order): void {
    const fate = this.#fates[this.#fate++ % this.#fates.length];
    if (fate === undefined) throw new Error('a story needs fates');
    const from = this.#now;
    const admission = admit(this.#blocks, candidate, content, from);
    if (fate.kind === 'no-room') return void this.#tell({ type: 'no-room', at: from, number });
    if (!admission.admitted) {
      return void this.#tell({ type: 'blocked', at: from, number, block: admission.block });
    }
    this.#blocks = admission.blocks;
    this.#at(from + this.#raceMs, () => {
      this.#tell({ type: 'slow', at: this.#now });
    });
    const connected = fate.kind === 'connects' ? from + fate.connectsIn : Number.POSITIVE_INFINITY;
    if (connected > deadline) {
      this.#end(
        deadline,
        candidate,
        number,
        outcomeOf('unavailable', { reason: 'late', written: false }),
        from,
      );
      return;
    }
    this.#at(connected, () => {
      const effect = this.#tell({ type: 'ready', at: this.#now, number });
      if (effect.type !== 'write') return;
      const to = this.#now + fate.answersIn;
      this.#writes.push({ candidate, from: this.#now, to, what: fate.what });
      this.#end(to, candidate, number, outcomeOf(fate.what, { reason: 'told', written: true }), from);
    });
  }

  #end(at: number, candidate: Candidate, number: number, outcome: Outcome, startedAt: number): void {
    this.#at(at, () => {
      const time = { at: this.#now, wallTime: this.#now };
      this.#blocks = noteOutcome(this.#blocks, { candidate, content, outcome, startedAt }, time);
      this.#tell({ type: 'ended', at: this.#now, number, outcome });
    });
  }
}

const candidates = fc.uniqueArray(
  fc.record({
    channel: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    host: fc.constantFrom('h1', 'h2', 'h3'),
    account: fc.constantFrom('x', 'y'),
    credential: fc.constantFrom('k1', 'k2'),
  }),
  { selector: ({ channel }) => channel, maxLength: 6 },
);
const fates = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'no-room' as const,
      'never-connects' as const,
      'connects' as const,
      'connects' as const,
    ),
    connectsIn: fc.integer({ min: 0, max: 900 }),
    what: fc.constantFrom(...outcomeClasses),
    answersIn: fc.integer({ min: 0, max: 4000 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const given = fc.record({
  candidates,
  fates,
  onUnknownOutcome: fc.constantFrom('reconcile' as const, 'resend' as const, 'fail' as const),
  deadline: fc.integer({ min: 0, max: 12_000 }),
  granted: fc.boolean(),
  raceMs: fc.integer({ min: 10, max: 500 }),
  die: fc.integer({ min: 0, max: 99 }),
});

/** Plays one story out. */
function tell(facts: typeof given extends fc.Arbitrary<infer T> ? T : never): Story {
  const { onUnknownOutcome, deadline, granted, raceMs, die } = facts;
  return new World(facts.fates, granted, raceMs).play({
    candidates: facts.candidates,
    onUnknownOutcome,
    deadline,
    connectMs: 3000,
    readMs: 5000,
    retry: { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 2000 },
    random: () => die / 100,
  });
}

const runs = { numRuns: 500 };

describe('any story of one message', () => {
  it('never has two writes outstanding, nor two that may have been accepted unless told to resend', () => {
    fc.assert(
      fc.property(given, (facts) => {
        const { writes } = tell(facts);
        for (const [index, write] of writes.entries()) {
          const before = writes[index - 1];
          if (before === undefined) continue;
          expect(write.from).toBeGreaterThanOrEqual(before.to);
          expect(before.what).not.toBe('accepted');
          if (facts.onUnknownOutcome !== 'resend') expect(before.what).not.toBe('unknown');
        }
      }),
      runs,
    );
  });

  it('is answered by its deadline, with the truth', () => {
    fc.assert(
      fc.property(given, (facts) => {
        const { verdict, answeredAt, late, writes } = tell(facts);
        expect(answeredAt).toBeLessThanOrEqual(facts.deadline);
        const last = writes.at(-1);
        // The deadline was set first: at the same instant, it comes before an answer.
        const outstanding = last !== undefined && (last.to > answeredAt || last.to === facts.deadline);
        const open = outstanding || writes.some(({ what }) => what === 'unknown');
        const accepted = !outstanding && last?.what === 'accepted';
        if (accepted) expect(verdict.kind).toBe('accepted');
        else if (open) expect(verdict.kind).toBe('unknown');
        else expect(verdict.kind).not.toMatch(/accepted|unknown/);
        expect(late !== undefined).toBe(outstanding);
        if (outstanding && last.what === 'accepted') expect(late?.kind).toBe('accepted');
      }),
      runs,
    );
  });

  it('asks the budget for nothing but returns, and makes no more of them than it may', () => {
    fc.assert(
      fc.property(given, (facts) => {
        const { tried, retriesAsked } = tell(facts);
        const places = tried.map(({ host, account }) => `${host}/${account}`);
        const channels = tried.map(({ channel }) => channel);
        // A first attempt on a further candidate is none, whatever was tried before.
        const returns = channels.filter((channel, at) => channels.indexOf(channel) < at).length;
        expect(returns).toBeLessThanOrEqual(facts.granted ? retriesAsked : 0);
        for (const place of new Set(places)) {
          const firsts = new Set(tried.filter((_, at) => places[at] === place).map(({ channel }) => channel))
            .size;
          expect(places.filter((each) => each === place).length).toBeLessThanOrEqual(Math.max(3, firsts));
        }
      }),
      runs,
    );
  });

  it('tries every further candidate without a budget, where hosts are down', () => {
    fc.assert(
      fc.property(given, (facts) => {
        const down = [
          { kind: 'never-connects' as const, connectsIn: 0, what: 'unknown' as const, answersIn: 0 },
        ];
        const { tried } = tell({ ...facts, fates: down, granted: false, deadline: 100_000 });
        expect(new Set(tried.map(({ channel }) => channel)).size).toBe(facts.candidates.length);
        expect(tried).toHaveLength(facts.candidates.length);
      }),
    );
  });
});
