import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimingWheel } from './timing-wheel.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How far the wheel's clock is ahead of its timers. */
let ahead = 0;

function makeWheel(): TimingWheel {
  ahead = 0;
  return new TimingWheel({ now: () => performance.now() + ahead }, { tickMs: 8, slots: 16 });
}

describe('TimingWheel', () => {
  it('rings each alarm once, on time, and none that was called off', () => {
    const alarms = fc.array(
      fc.record({ setAt: fc.nat(300), inMs: fc.integer({ min: -50, max: 2000 }), cancelAt: fc.nat(2500) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(alarms, (plans) => {
        const wheel = makeWheel();
        const ended = plans.map(({ setAt, inMs, cancelAt }) => {
          const life = { due: NaN, rung: [] as number[], cancelledAt: NaN };
          setTimeout(() => {
            const now = performance.now();
            life.due = Math.max(now, now + inMs);
            const alarm = wheel.at(now + inMs, () => life.rung.push(performance.now()));
            setTimeout(() => {
              life.cancelledAt = performance.now();
              alarm.cancel();
            }, cancelAt);
          }, setAt);
          return life;
        });
        vi.runAllTimers();
        for (const { due, rung, cancelledAt } of ended) {
          const [at, ...more] = rung;
          expect(more).toEqual([]);
          if (at === undefined) expect(cancelledAt).toBeLessThanOrEqual(due + 10);
          else {
            expect(at).toBeGreaterThanOrEqual(due);
            expect(at).toBeLessThanOrEqual(Math.min(due + 10, cancelledAt));
          }
        }
        expect(vi.getTimerCount()).toBe(0);
      }),
    );
  });

  it('lets an alarm set another, and call off one that is due with it', () => {
    const wheel = makeWheel();
    const rung: string[] = [];
    const due = performance.now() + 20;
    wheel.at(due, () => {
      rung.push('first');
      second.cancel();
      wheel.at(due, () => rung.push('third'));
    });
    const second = wheel.at(due, () => rung.push('second'));
    vi.runAllTimers();
    expect(rung).toEqual(['first', 'third']);
  });

  it('never rings within the call that sets it, however late that is', () => {
    const wheel = makeWheel();
    let rung = false;
    wheel.at(performance.now() - 1000, () => (rung = true));
    expect(rung).toBe(false);
    vi.runAllTimers();
    expect(rung).toBe(true);
  });

  it('rings everything after a pause of many turns', () => {
    const wheel = makeWheel();
    let rung = 0;
    for (let ms = 0; ms < 1000; ms += 7) wheel.at(performance.now() + ms, () => (rung += 1));
    ahead = 60_000;
    vi.advanceTimersToNextTimer();
    expect(rung).toBe(143);
  });
});
