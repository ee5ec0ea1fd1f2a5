import { describe, expect, it } from 'vitest';
import { classifyTransport } from '../sending/classify-transport.ts';
import { outcomeOf } from '../sending/outcome.ts';
import type { Outcome } from '../sending/outcome.ts';
import { evidenceOf } from './health-evidence.ts';

const limits = { deadline: 5000, callerDeadline: 10_000 };

function evidence(outcome: Outcome, endedAt = 100, changes: Partial<typeof limits> = {}) {
  return evidenceOf({ outcome, startedAt: 0, endedAt, ...limits, ...changes });
}

describe('evidenceOf', () => {
  it.each(['rejected', 'unprovisioned', 'account', 'throttled', 'limited'] as const)(
    'takes %s from the provider as an answer',
    (outcomeClass) => {
      expect(evidence(outcomeOf(outcomeClass, { reason: 'r', written: true }))).toEqual({
        kind: 'answer',
        accepted: false,
        ms: 100,
      });
      expect(evidence(outcomeOf(outcomeClass, { reason: 'refused here', written: false })).kind).toBe(
        'nothing',
      );
    },
  );

  it('takes nothing from what is misconfigured or was given up', () => {
    expect(evidence(outcomeOf('misconfigured', { reason: 'r', written: true })).kind).toBe('nothing');
    expect(evidence(classifyTransport({ kind: 'cancelled', written: false })).kind).toBe('nothing');
  });

  it.each([
    ['refused', false, { timedOut: false, connection: true }],
    ['connect-timeout', false, { timedOut: true, connection: true }],
    ['timeout', true, { timedOut: true, connection: false }],
    ['reset', true, { timedOut: false, connection: false }],
  ] as const)('tells of a fault: %s', (kind, written, fault) => {
    const outcome = classifyTransport({ kind, written });
    expect(evidence(outcome, 3000)).toMatchObject({ kind: 'fault', fault });
  });

  it('says how long the attempt took', () => {
    const outcome = classifyTransport({ kind: 'timeout', written: true });
    expect(evidence(outcome, 4999.6)).toMatchObject({
      fault: { reason: 'unknown: no answer came in time after the request was written, 5000 ms' },
    });
  });

  it('does not blame a host for what the caller’s own deadline cut short', () => {
    const cut = classifyTransport({ kind: 'timeout', written: true, cutShort: true });
    const short = { deadline: 6000, callerDeadline: 6000 };
    // However long it took with connecting.
    expect(evidence(cut, 6000, short).kind).toBe('nothing');
    // Its ceiling was reached all the same.
    expect(evidence(classifyTransport({ kind: 'timeout', written: true }), 6000, short).kind).toBe('fault');
    // The plan gave it up in favour of another candidate, with the caller's time left.
    expect(evidence(cut, 1000, { deadline: 1000 }).kind).toBe('fault');
    // It failed by itself before the deadline.
    expect(evidence(classifyTransport({ kind: 'reset', written: true }), 900, short).kind).toBe('fault');
  });
});
