import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageIdLength } from '../send/message-id.ts';
import { LikeRing } from './like-ring.ts';

const capacity = 8;
const ends = ['open', 'accepted', 'not-sent'] as const;

interface Kept {
  readonly messageId: string;
  readonly look: number;
  readonly numbers: readonly number[];
  readonly notedAt: number;
  readonly from: number;
  to: number;
  end: 'under-way' | (typeof ends)[number];
}

const event = fc.record({
  passed: fc.integer({ min: 0, max: 20 }),
  // Two of them share the end of their bits, and so their chain.
  look: fc.constantFrom(1, 2, 1 + 2 * capacity),
  numbers: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  message: fc.constantFrom(...['a', 'b', 'c'].map((text) => text.padEnd(messageIdLength, '0'))),
  // One of an earlier process began long before it is noted, and is over.
  past: fc.option(fc.record({ ago: fc.nat(40), lasted: fc.nat(10) })),
  end: fc.option(fc.record({ which: fc.nat(12), how: fc.constantFrom(...ends) })),
  window: fc.record({ before: fc.nat(30), after: fc.nat(5), notBefore: fc.nat(60) }),
});

describe('LikeRing', () => {
  it('counts what a list of the last attempts counts, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const ring = new LikeRing(capacity);
        const all: Kept[] = [];
        let at = 0;
        for (const { passed, look, numbers, message: messageId, past, end, window } of events) {
          at += passed;
          const oldest = all.length < capacity ? undefined : all.at(-capacity);
          expect(ring.nextForgotten).toEqual(oldest && { notedAt: oldest.notedAt, from: oldest.from });
          const from = at - (past?.ago ?? 0);
          const to = past === null ? undefined : from + past.lasted;
          const facts = { messageId, look, numbers, notedAt: at, from };
          expect(ring.add({ ...facts, to })).toBe(all.length + 1);
          all.push({ ...facts, to: to ?? Infinity, end: 'under-way' });
          if (end !== null) {
            ring.end(end.which + 1, end.how, at);
            const one = all.length - end.which <= capacity ? all[end.which] : undefined;
            if (one !== undefined && one.end !== 'not-sent') {
              if (one.to === Infinity) one.to = at;
              one.end = end.how;
            }
          }
          const times = {
            since: at - window.before,
            until: at - window.after,
            notBefore: at - window.notBefore,
          };
          const found = all
            .slice(-capacity)
            .filter(
              (one) =>
                one.look === look &&
                one.messageId !== messageId &&
                one.end !== 'not-sent' &&
                one.numbers.some((number) => numbers.includes(number)) &&
                one.notedAt >= times.notBefore &&
                one.from <= times.until &&
                one.to >= times.since,
            );
          const accepted = found.filter((one) => one.end === 'accepted').length;
          expect(ring.count({ messageId, look, numbers }, times)).toEqual({
            accepted,
            open: found.length - accepted,
          });
        }
      }),
    );
  });
});
