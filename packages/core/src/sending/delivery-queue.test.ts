import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryQueue, lastStartMs } from './delivery-queue.ts';
import type { Delivery } from './delivery-queue.ts';

const delivery = (id: string, deliverBy: number): Delivery => ({ id, name: `id ${id}`, deliverBy, tries: 0 });
const again = { retryAfterMs: 0, random: () => 1 };

describe('messages that wait', () => {
  it('go out by their time, earliest first, at their pace', () => {
    const queue = new DeliveryQueue();
    for (const [id, by] of [
      ['b', 60_000],
      ['c', 90_000],
      ['a', 30_000],
    ] as const)
      queue.add(delivery(id, by), 0);
    expect(queue.next(0, 0)).toMatchObject({ kind: 'send', delivery: { id: 'a' } });
    queue.spend(0, 5);
    expect(queue.next(0, 0)).toEqual({ kind: 'wait', until: 200 });
    expect(queue.next(199, 199)).toEqual({ kind: 'wait', until: 200 });
    expect(queue.next(200, 200)).toMatchObject({ kind: 'send', delivery: { id: 'b' } });
    queue.spend(200, 0.5);
    expect(queue.next(2199, 2199)).toMatchObject({ kind: 'wait' });
    expect(queue.next(2200, 2200)).toMatchObject({ kind: 'send', delivery: { id: 'c' } });
    expect(queue.next(9000, 9000)).toEqual({ kind: 'wait' });
  });

  it('are started two seconds before their time or not at all', () => {
    const queue = new DeliveryQueue();
    queue.add(delivery('a', 10_000), 0);
    expect(queue.next(8000, 10_000 - lastStartMs)).toMatchObject({ kind: 'send' });
    queue.add(delivery('a', 10_000), 0);
    expect(queue.next(8001, 10_000 - lastStartMs + 1)).toMatchObject({
      kind: 'expire',
      delivery: { id: 'a' },
    });
    expect(queue.size).toBe(0);
  });

  it('expire by the wall clock alone, and while the pace holds others back', () => {
    const queue = new DeliveryQueue();
    queue.spend(0, 0.001);
    queue.add(delivery('a', 5000), 0);
    expect(queue.next(10, 10)).toEqual({ kind: 'wait', until: 3001 });
    expect(queue.next(20, 3001)).toMatchObject({ kind: 'expire' });
  });

  it('wait longer after each try in vain, as long as they are told, and come once more before the end', () => {
    const queue = new DeliveryQueue();
    const one = delivery('a', 100_000);
    queue.addAgain(one, { ...again, at: 0, wallTime: 0 });
    expect(queue.next(0, 0)).toEqual({ kind: 'wait', until: 1000 });
    const first = queue.next(1000, 1000);
    if (first.kind !== 'send') throw new Error('it did not come');
    queue.addAgain(first.delivery, { ...again, at: 1000, wallTime: 1000 });
    expect(queue.next(1000, 1000)).toEqual({ kind: 'wait', until: 3000 });
    queue.next(3000, 3000);
    queue.addAgain(one, { ...again, at: 3000, wallTime: 3000, retryAfterMs: 40_000 });
    expect(queue.next(3000, 3000)).toEqual({ kind: 'wait', until: 43_000 });
    queue.next(43_000, 43_000);
    queue.addAgain(one, { ...again, at: 60_000, wallTime: 60_000, retryAfterMs: 60_000 });
    expect(queue.next(60_000, 60_000)).toEqual({ kind: 'wait', until: 97_500 });
  });

  it('do not hold up those behind them while they wait', () => {
    const queue = new DeliveryQueue();
    queue.addAgain(delivery('a', 30_000), { ...again, at: 0, wallTime: 0 });
    queue.add(delivery('b', 60_000), 0);
    expect(queue.next(0, 0)).toMatchObject({ kind: 'send', delivery: { id: 'b' } });
  });

  it('each leave once, whatever comes when', () => {
    const added = fc.record({ by: fc.integer({ min: 0, max: 20_000 }), from: fc.nat({ max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(added, { maxLength: 30 }), (all) => {
        const queue = new DeliveryQueue();
        for (const [at, { by, from }] of all.entries()) queue.add(delivery(String(at), by), from);
        const left: string[] = [];
        for (let at = 0; at <= 25_000 && queue.size > 0;) {
          const task = queue.next(at, at);
          if (task.kind === 'wait') {
            expect(task.until).toBeGreaterThan(at);
            at = Math.ceil(task.until ?? at + 1);
            continue;
          }
          left.push(task.delivery.id);
          expect(task.kind === 'send').toBe(at <= task.delivery.deliverBy - lastStartMs);
        }
        expect(left.sort()).toEqual(all.map((_, at) => String(at)).sort());
      }),
    );
  });
});
