import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { RecentMessages } from './recent-messages.ts';
import { sendAnswer } from './send-answer.ts';

const limit = 12;

function resultOf(number: number, kind: 'accepted' | 'pending' | 'unknown'): SendResult {
  const facts = { id: `id-${String(number)}`, revision: 1, attempts: [] };
  if (kind === 'accepted') return { ...facts, kind, channel: 'a', bizId: `biz-${String(number)}` };
  return kind === 'pending' ? { ...facts, kind, deliverBy: 0 } : { ...facts, kind, reason: 'lost' };
}

it('knows the last results, each as it was told of last, and forgets older ones', () => {
  const told = fc.record({
    number: fc.nat(40),
    kind: fc.constantFrom('accepted' as const, 'pending' as const, 'unknown' as const),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 100 }), (history) => {
      const recent = new RecentMessages(limit);
      const last = new Map<string, { readonly at: number; readonly result: SendResult }>();
      for (const [at, { number, kind }] of history.entries()) {
        const result = resultOf(number, kind);
        recent.record(result);
        last.set(result.id, { at, result });
      }
      for (const { at, result } of last.values()) {
        const found = recent.find(result.id);
        const sent = recent.findSent(result.id.replace('id', 'biz'));
        const age = history.length - at;
        const shown = result.kind === 'pending' ? undefined : result;
        if (age <= limit) expect(found).toEqual(shown);
        else expect([shown, undefined]).toContainEqual(found);
        if (result.kind !== 'accepted') expect(sent).toBeUndefined();
        else if (age <= limit) expect(sent).toMatchObject({ id: result.id, channel: 'a' });
      }
      const ids = new Set([...last].filter(([id]) => recent.find(id) !== undefined).map(([id]) => id));
      expect(ids.size).toBeLessThanOrEqual(limit + Math.ceil(limit / 4) + 2);
    }),
  );
});

it('forgets what is far behind', () => {
  const recent = new RecentMessages(limit);
  for (let number = 0; number < 1000; number += 1) recent.record(resultOf(number, 'accepted'));
  const known = Array.from({ length: 1000 }, (_, number) => recent.find(`id-${String(number)}`));
  expect(known.slice(0, 980).filter((result) => result !== undefined)).toEqual([]);
  expect(known.slice(-limit)).not.toContain(undefined);
});

it('takes over what its caller was told of a message that Aliyun took, and of no other', () => {
  const recent = new RecentMessages(limit);
  const aliyuns = resultOf(1, 'accepted');
  const gateways: SendResult = {
    ...resultOf(2, 'accepted'),
    kind: 'accepted',
    channel: 'g',
    byGateway: true,
  };
  const message = { phoneNumbers: ['13800138000'] };
  for (const result of [aliyuns, gateways, resultOf(3, 'unknown')]) {
    recent.record(result, message, sendAnswer(result).body);
    expect(recent.find(result.id)).toMatchObject(result);
  }
  expect(recent.findSent('biz-1')).toEqual({ id: 'id-1', channel: 'a', numbers: [] });
  expect(recent.findSent('ws-id-2')).toEqual({ id: 'id-2', channel: 'g', numbers: ['138****8000'] });
  expect(recent.findSent('biz-2')).toBeUndefined();
});
