import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberLimits, numberWindows } from './number-limits.ts';
import type { NumberRule } from './number-limits.ts';

const minute = 60_000;
const one = '+8613800138000';
const two = '+8613900139000';

function limits(rule: NumberRule): NumberLimits {
  const made = new NumberLimits();
  made.change(rule, 0);
  return made;
}

const otp: NumberRule = { kind: 'aliyun-otp', maxTracked: 1000 };

const rules = fc.record({
  kind: fc.constant('windows' as const),
  maxTracked: fc.constant(1000),
  windows: fc.array(
    fc.record({
      windowMs: fc.integer({ min: 1, max: 60 }).map((s) => s * 1000),
      max: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('message' as const),
        numbers: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }),
        sent: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('change' as const), rule: rules }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
    },
  ),
  { maxLength: 30 },
);

describe('limits of numbers', () => {
  it('count as a list of everything that was sent does, through changes and what is given back', () => {
    fc.assert(
      fc.property(rules, steps, (first, history) => {
        const counted = limits(first);
        // The dumb peer: every message with its time, looked through whole.
        let sent: { readonly number: string; readonly at: number }[] = [];
        let windows = numberWindows(first);
        let at = 0;
        for (const event of history) {
          at += 1;
          if (event.type === 'pass') at += event.ms;
          else if (event.type === 'change') {
            counted.change(event.rule, at);
            windows = numberWindows(event.rule);
          } else {
            const now = at;
            const index = event.numbers.findIndex((number) =>
              windows.some(
                ({ windowMs, max }) =>
                  sent.filter((each) => each.number === number && now - each.at < windowMs).length >= max,
              ),
            );
            const admission = counted.count(event.numbers, now);
            expect(admission).toMatchObject(index < 0 ? { counted: true } : { counted: false, index });
            if (!admission.counted) continue;
            if (event.sent)
              sent = [...sent, ...[...new Set(event.numbers)].map((number) => ({ number, at: now }))];
            else counted.giveBack(event.numbers, now);
          }
        }
      }),
    );
  });

  it('say how long it takes until the message may go', () => {
    const counted = limits(otp);
    expect(counted.count([one], 0)).toEqual({ counted: true });
    expect(counted.count([two, one], 20_000)).toMatchObject({ index: 1, retryAfterMs: 40_000 });
    expect(counted.count([two, one], 59_999)).toMatchObject({ counted: false, retryAfterMs: 1 });
    expect(counted.count([two, one], 60_000)).toEqual({ counted: true });
  });

  it('of Aliyun’s preset are 1 a minute, 5 an hour and 10 a day', () => {
    const counted = limits(otp);
    const went: number[] = [];
    for (let at = 0; at < 25 * 60 * minute; at += minute) {
      if (counted.count([one], at).counted) went.push(at / minute);
    }
    expect(went).toEqual([0, 1, 2, 3, 4, 60, 61, 62, 63, 64, 1440, 1441, 1442, 1443, 1444]);
  });

  it('count a number once that a message names twice', () => {
    const counted = limits({ kind: 'windows', windows: [{ windowMs: minute, max: 2 }], maxTracked: 100 });
    expect(counted.count([one, one], 0).counted).toBe(true);
    expect(counted.count([one], 1).counted).toBe(true);
    expect(counted.count([one], 2).counted).toBe(false);
  });

  it('remember no more numbers than they may, and forget the one texted longest ago', () => {
    const counted = limits({ ...otp, maxTracked: 100 });
    counted.count([one], 0);
    counted.count([two], 1);
    for (let index = 0; index < 99; index += 1) counted.count([`+86${String(index)}`], 2 + index);
    expect(counted.tracked).toBe(100);
    expect(counted.forgotten).toBe(1);
    expect(counted.count([two], 200).counted).toBe(false);
    expect(counted.count([one], 200).counted).toBe(true);
  });

  it('forget numbers by themselves a day after the last message', () => {
    const counted = limits(otp);
    for (let index = 0; index < 50; index += 1) counted.count([`+86${String(index)}`], index);
    for (let index = 0; index < 50; index += 1) counted.count([one], 86_400_100 + index * minute);
    expect(counted.tracked).toBe(1);
    expect(counted.forgotten).toBe(0);
  });

  it('are off where the strategy says so, and know what was counted once they are on again', () => {
    const counted = limits(otp);
    counted.count([one], 0);
    counted.change({ kind: 'off', maxTracked: 1000 }, 10);
    expect(counted.count([one], 20).counted).toBe(true);
    counted.change(otp, 30);
    expect(counted.count([one], 40).counted).toBe(false);
  });
});
