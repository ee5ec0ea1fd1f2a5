import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxWaiting, RouteLimit } from './route-limit.ts';
import type { Released, RouteRule } from './route-limit.ts';

const wait = (maxMs: number) => ({ kind: 'wait', maxMs }) as const;
const rule = (perSecond: number, burst: number, maxMs = 1000): RouteRule => ({
  perSecond,
  burst,
  over: wait(maxMs),
});

const never = Number.POSITIVE_INFINITY;

type Event =
  | { readonly type: 'message'; readonly within: number }
  | { readonly type: 'leave'; readonly which: number }
  | { readonly type: 'change'; readonly rule: RouteRule };

const rules = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4000 }))
  .map(([perSecond, burst, maxMs]) => rule(perSecond, burst, maxMs));
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('message'), within: fc.integer({ min: 0, max: 5000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('leave'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change'), rule: rules }) },
);

describe('the limit of a route', () => {
  it('keeps its rate, its order and every deadline, whatever comes and changes', () => {
    const story = fc.array(fc.tuple(fc.nat(400), events, fc.nat(30)), { maxLength: 60 });
    fc.assert(
      fc.property(rules, story, (first, steps) => {
        const limit = new RouteLimit(first, 0);
        let inForce = first;
        /** Since the rule in force began: when messages went. */
        let went: number[] = [];
        const latest = new Map<number, number>();
        const waiting: number[] = [];
        let at = 0;
        const goes = (ticket: number): void => {
          expect(at).toBeLessThanOrEqual(latest.get(ticket) ?? -1);
          went.push(at);
          for (const [index, from] of went.entries()) {
            const most = (inForce.burst ?? 1) + ((at - from) * inForce.perSecond) / 1000;
            expect(went.length - index).toBeLessThanOrEqual(most + 1e-3);
          }
        };
        const told = ({ go, over }: Released): void => {
          for (const { ticket } of over) waiting.splice(waiting.indexOf(ticket), 1);
          // Those who wait go in the order they came.
          expect(go).toEqual(waiting.splice(0, go.length));
          go.forEach(goes);
        };
        const passTo = (to: number, late: number): void => {
          for (;;) {
            const wake = limit.wakeAt(at);
            if (wake === undefined || wake > to) break;
            // Timers are late, never early.
            at = Math.min(to, Math.max(at, Math.ceil(wake)) + late);
            told(limit.release(at));
          }
          at = to;
        };
        for (const [ticket, [passed, event, late]] of steps.entries()) {
          passTo(at + passed, late);
          if (event.type === 'change') {
            inForce = event.rule;
            went = [];
            told(limit.change(event.rule, at));
          } else if (event.type === 'leave') {
            const [left] = waiting.splice(event.which, 1);
            if (left !== undefined) limit.leave(left);
          } else {
            latest.set(ticket, at + event.within);
            const entry = limit.enter(ticket, at + event.within, at);
            if (entry.kind === 'go') {
              expect(waiting).toEqual([]);
              goes(ticket);
            } else if (entry.kind === 'wait') waiting.push(ticket);
            else expect(entry.retryAfterMs).toBeGreaterThan(0);
          }
          expect(limit.waiting).toBe(waiting.length);
        }
        passTo(at + 10_000, 0);
        expect(waiting).toEqual([]);
      }),
    );
  });

  it('lets nobody wait who could not go in time', () => {
    const limit = new RouteLimit(rule(10, 1, 300), 0);
    expect(limit.enter(1, never, 0)).toEqual({ kind: 'go' });
    expect(limit.enter(2, 99, 0)).toMatchObject({ kind: 'over', retryAfterMs: 100 });
    expect([3, 4, 5].map((ticket) => limit.enter(ticket, never, 0).kind)).toEqual(['wait', 'wait', 'wait']);
    expect(limit.enter(6, never, 0)).toMatchObject({ kind: 'over', retryAfterMs: 400 });
    expect(limit.release(100)).toEqual({ go: [3], over: [] });
    expect(limit.wakeAt(100)).toBe(200);
  });

  it('sends nobody after the latest time, even where it is asked late', () => {
    const limit = new RouteLimit(rule(10, 1, 300), 0);
    limit.enter(1, never, 0);
    limit.enter(2, 150, 0);
    limit.enter(3, never, 0);
    const { go, over } = limit.release(5000);
    expect(go).toEqual([3]);
    expect(over.map(({ ticket }) => ticket)).toEqual([2]);
  });

  it('holds a bounded number', () => {
    const limit = new RouteLimit(rule(1_000_000, 1, 60_000), 0);
    const kinds = Array.from({ length: maxWaiting + 2 }, (_, ticket) => limit.enter(ticket, never, 0).kind);
    expect(kinds.filter((kind) => kind === 'wait')).toHaveLength(maxWaiting);
    expect(kinds.at(-1)).toBe('over');
  });

  it('that becomes slower turns those away who would now wait in vain; one that becomes faster lets them go', () => {
    const limit = new RouteLimit(rule(10, 1, 500), 0);
    for (let ticket = 1; ticket <= 5; ticket += 1) limit.enter(ticket, never, 0);
    const slower = limit.change(rule(4, 1, 500), 0);
    expect(slower.go).toEqual([]);
    expect(slower.over.map(({ ticket }) => ticket)).toEqual([4, 5]);
    expect(limit.change(rule(4, 3, 500), 0)).toEqual({ go: [2, 3], over: [] });
  });
});
