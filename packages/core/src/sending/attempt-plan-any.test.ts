import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcome } from '../testing/played-plan.ts';
import { startAttemptPlan, stepAttemptPlan } from './attempt-plan.ts';
import type { Candidate } from './attempt-verdict.ts';
import { minimumAttemptMs } from './next-attempt.ts';
import { outcomeClasses } from './outcome.ts';
import type { Outcome } from './outcome.ts';

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
