import { describe, expect, it } from 'vitest';
import { readDeliverBy } from './read-deliver-by.ts';

const now = Date.UTC(2026, 0, 31, 12);
const at = (ms: number) => new Date(now + ms).toISOString();

describe('deliverBy', () => {
  it.each([
    ['UTC', '2026-01-31T13:00:00Z', 3_600_000],
    ['an offset', '2026-01-31T21:00:00+08:00', 3_600_000],
    ['a negative offset', '2026-01-31T08:00:00-05:00', 3_600_000],
    ['small letters', '2026-01-31t13:00:00z', 3_600_000],
    ['a fraction, which is left off', '2026-01-31T13:00:00.75Z', 3_600_000],
    ['a little more than two seconds', '2026-01-31T12:00:03Z', 3000],
    ['24 hours', at(86_400_000), 86_400_000],
  ])('may be %s', (_name, text, ahead) => {
    expect(readDeliverBy(text, now)).toEqual({ ok: true, deliverBy: now + ahead });
  });

  it.each([
    ['without offset', '2026-01-31T13:00:00', /with offset/],
    ['with an impossible offset', '2026-01-31T13:00:00+24:00', /with offset/],
    ['a day alone', '2026-02-01', /RFC 3339/],
    ['a day that is none', '2026-02-30T13:00:00Z', /RFC 3339/],
    ['an hour that is none', '2026-01-31T25:00:00Z', /RFC 3339/],
    ['with a blank', '2026-01-31 13:00:00Z', /RFC 3339/],
    ['a number', '1769864400', /RFC 3339/],
    ['further than a day', at(86_401_000), /at most 24 hours/],
  ])('may not be %s', (_name, text, words) => {
    expect(readDeliverBy(text, now)).toEqual({ ok: false, reason: expect.stringMatching(words) as string });
  });

  it.each([
    ['in the past', -1000, /lies in the past/],
    ['now', 0, /lies in the past/],
    ['within two seconds', 2000, /too near/],
  ])('is late %s', (_name, ahead, words) => {
    const late = expect.stringMatching(words) as string;
    expect(readDeliverBy(at(ahead), now)).toEqual({ ok: true, deliverBy: now + ahead, late });
  });
});
