import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelSource } from './cancel-signal.ts';
import type { CancelSignal } from './cancel-signal.ts';

type Step = { readonly kind: 'add' | 'remove'; readonly listener: number } | { readonly kind: 'abort' };

const listener = fc.nat(3);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), listener }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'abort' as const }) },
  ),
  { maxLength: 20 },
);

/** Which listeners are told by a history. */
function toldBy(signal: CancelSignal, abort: () => void, history: readonly Step[]): (number | boolean)[] {
  const told: (number | boolean)[] = [];
  const listeners = [0, 1, 2, 3].map((number) => () => {
    told.push(number);
    // Whoever is told takes another off, which must not be told then, or must have been before.
    signal.removeEventListener('abort', listeners[number ^ 1] ?? (() => undefined));
  });
  for (const step of history) {
    if (step.kind === 'abort') abort();
    else {
      const chosen = listeners[step.listener];
      if (chosen === undefined) continue;
      if (step.kind === 'add') signal.addEventListener('abort', chosen);
      else signal.removeEventListener('abort', chosen);
    }
    told.push(signal.aborted);
  }
  return told;
}

describe('CancelSource', () => {
  it('tells whom an AbortController tells, and when', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const own = new CancelSource();
        const platform = new AbortController();
        const expected = toldBy(
          platform.signal,
          () => {
            platform.abort();
          },
          history,
        );
        expect(
          toldBy(
            own,
            () => {
              own.abort();
            },
            history,
          ),
        ).toEqual(expected);
      }),
    );
  });
});
