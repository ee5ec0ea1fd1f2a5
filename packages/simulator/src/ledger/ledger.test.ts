import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLedger } from './ledger-check.ts';
import { Ledger } from './ledger.ts';
import { SendRecords } from './send-records.ts';

function fill(ledger: Ledger, outIds: readonly string[]): Ledger {
  for (const outId of outIds) {
    ledger.add({
      at: '2026-03-01T04:00:00.000Z',
      region: 'cn-hangzhou',
      account: 'main',
      phoneNumber: '+8613800138000',
      signName: '阿里云',
      content: 'x',
      outId,
      bizId: '1^0',
      requestId: 'r',
    });
  }
  return ledger;
}

describe('Ledger', () => {
  it('pages through every text once, in order, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (outIds, limit) => {
          const ledger = fill(new Ledger(100), outIds);
          const seen: (string | undefined)[] = [];
          let after: number | undefined = 0;
          while (after !== undefined) {
            const page = ledger.page({}, after, limit);
            seen.push(...page.texts.map((text) => text.outId));
            after = page.nextAfter;
          }
          expect(seen).toEqual(outIds);
        },
      ),
    );
  });

  it('drops the oldest beyond its limit, and a check says that it is not complete', () => {
    const ledger = new Ledger(10);
    fill(ledger, ['a', 'b']);
    expect(checkLedger(ledger, new Set(['a']))).toMatchObject({ ok: true, complete: true });
    fill(
      ledger,
      Array.from({ length: 20 }, (_, at) => `n${at}`),
    );
    expect(ledger.size).toBeLessThanOrEqual(11);
    expect(ledger.size + ledger.dropped).toBe(22);
    expect(ledger.all().at(-1)?.seq).toBe(22);
    expect(checkLedger(ledger, new Set())).toMatchObject({ complete: false });
  });
});

describe('checkLedger', () => {
  it('agrees with a plain count of what was sent', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), fc.uniqueArray(key), (sent, expected) => {
        const check = checkLedger(fill(new Ledger(100), sent), new Set(expected));
        const count = (outId: string): number => sent.filter((one) => one === outId).length;
        expect(check.lost).toEqual(expected.filter((outId) => count(outId) === 0));
        expect(new Map(check.doubled.map((one) => [one.key, one.count]))).toEqual(
          new Map(sent.filter((outId) => count(outId) > 1).map((outId) => [outId, count(outId)])),
        );
        expect(check.ok).toBe(check.lost.length === 0 && check.doubled.length === 0);
      }),
    );
  });
});

describe('SendRecords', () => {
  it('keeps the newest beyond its limit', () => {
    const records = new SendRecords(10);
    for (let at = 0; at < 30; at += 1) {
      const phoneNumber = `+861380013800${at % 2}`;
      const row = {
        region: 'r',
        templateCode: 't',
        content: 'c',
        values: [],
        bizId: `${at}`,
        at,
        sentAt: at,
      };
      records.add({ account: 'main', phoneNumber, ...row });
    }
    const kept = [0, 1].flatMap((digit) => records.of('main', `+861380013800${digit}`).map((row) => row.at));
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(Math.max(...kept)).toBe(29);
    expect(Math.min(...kept)).toBe(30 - kept.length);
  });
});
