import { describe, expect, it } from 'vitest';
import { constant, own, ownHost, scene, search, taken, takenConstant } from '../testing/search-story.ts';
import type { Sought } from './sought.ts';

describe('midnight in Shanghai', () => {
  const midnight = Date.UTC(2026, 5, 1, 16);

  it.each([
    ['sent right before it, ended after it', -500, 3000, 0],
    ['sent after it by a host whose clock has it before', 60_000, 1000, -600_000],
    ['sent before it by a host whose clock has it after', -60_000, 1000, 600_000],
    ['sent long before it', -3_600_000, 1000, 0],
    ['sent right after it', 500, 1000, 0],
  ])('%s: found where it was taken, absent where not', (_, fromMidnight, lasted, aheadMs) => {
    for (const isTaken of [true, false]) {
      const { clock, keeper } = scene({ aheadMs }, midnight + fromMidnight - 1_000_000);
      if (isTaken) keeper.take(taken);
      expect(search(clock, keeper, { lasted }).verdict.kind).toBe(isTaken ? 'found' : 'absent');
    }
  });

  it('counts by the host’s clock alone where ours is a day off', () => {
    for (const isTaken of [true, false]) {
      const { clock, keeper } = scene({ aheadMs: 86_400_000 }, midnight);
      if (isTaken) keeper.take(takenConstant);
      const { verdict } = search(clock, keeper, { sought: constant });
      expect(verdict.kind).toBe(isTaken ? 'found' : 'absent');
    }
  });
});

describe('clocks', () => {
  it.each([600_000, -600_000])('10 minutes apart (%i ms) are told by the host’s Date', (aheadMs) => {
    for (const isTaken of [true, false]) {
      const { clock, keeper } = scene({ aheadMs });
      if (isTaken) keeper.take(takenConstant);
      const { verdict } = search(clock, keeper, { sought: constant });
      expect(verdict.kind).toBe(isTaken ? 'found' : 'absent');
    }
  });

  it.each([7_200_000, -7_200_000, 86_400_000 * 3])(
    'set during the search (by %i ms) never prove absence',
    (jump) => {
      for (const sought of [own, constant]) {
        const { clock, keeper } = scene({ appearsAfterMs: 30_000 });
        keeper.take({ ...taken, outId: sought.outId });
        let jumped = false;
        const each = (at: number) => {
          if (at < 2500 || jumped) return;
          clock.setWallTime(clock.wallTime() + jump);
          jumped = true;
        };
        expect(search(clock, keeper, { sought, each }).verdict.kind).not.toBe('absent');
      }
    },
  );

  it('of an attempt before this boot prove nothing, and find what is ours alone', () => {
    const { clock, keeper } = scene();
    const forgetting = (sought: Sought) => ({
      sought,
      time: { startedWall: clock.wallTime(), endedAt: clock.now(), lastedMs: 8000 },
    });
    expect(search(clock, keeper, forgetting(own)).verdict.kind).toBe('inconclusive');
    keeper.take(takenConstant);
    keeper.take(taken);
    expect(search(clock, keeper, forgetting(constant)).verdict.kind).toBe('inconclusive');
    expect(search(clock, keeper, forgetting(own)).verdict.kind).toBe('found');
  });

  it('of a host that does not tell its time prove nothing', () => {
    const { clock, keeper } = scene();
    keeper.tellsTime = false;
    expect(search(clock, keeper).verdict.kind).toBe('inconclusive');
    keeper.take(taken);
    expect(search(clock, keeper).verdict.kind).toBe('found');
  });
});

describe('hosts', () => {
  const hosts = [ownHost, 'two:443'];

  it.each(['throttled', 'hung', 'refused'])('that are %s for the whole budget prove nothing', (reason) => {
    const { clock, keeper } = scene();
    keeper.silent.set(ownHost, reason);
    expect(search(clock, keeper)).toMatchObject({
      verdict: { kind: 'inconclusive', reason: expect.stringContaining(reason) as string },
      afterMs: 60_000,
    });
  });

  it('that answer again are believed from then on', () => {
    for (const isTaken of [true, false]) {
      const { clock, keeper } = scene();
      if (isTaken) keeper.take(taken);
      keeper.silent.set(ownHost, 'throttled');
      const each = (at: number) => {
        if (at > 20_000) keeper.silent.clear();
      };
      const { verdict, afterMs } = search(clock, keeper, { each });
      expect(verdict.kind).toBe(isTaken ? 'found' : 'absent');
      expect(afterMs).toBeGreaterThan(18_000);
    }
  });

  it('of the same account show what the dead one took, and their silence proves nothing', () => {
    const { clock, keeper } = scene({ shared: true });
    keeper.silent.set(ownHost, 'refused');
    expect(search(clock, keeper, { hosts }).verdict.kind).toBe('inconclusive');
    keeper.take(taken);
    expect(search(clock, keeper, { hosts }).verdict.kind).toBe('found');
  });

  it('whose records are one prove absence for each other', () => {
    const { clock, keeper } = scene({ shared: true });
    keeper.silent.set(ownHost, 'refused');
    expect(search(clock, keeper, { hosts, recordsShared: true }).verdict.kind).toBe('absent');
  });
});

describe('a list of 100', () => {
  const e164 = Array.from({ length: 100 }, (_, at) => `+861380013${String(8000 + at)}`);
  const list: Sought = { ...own, e164 };

  it('is found by the numbers that went out, though one was invalid', () => {
    for (const invalid of [0, 49, 99, 7]) {
      const { clock, keeper } = scene();
      for (const [at, one] of e164.entries()) if (at !== invalid) keeper.take({ ...taken, number: one });
      expect(search(clock, keeper, { sought: list })).toMatchObject({ verdict: { kind: 'found' } });
    }
  });

  it('is absent where none of first, middle and last is there, each asked for', () => {
    const { clock, keeper } = scene();
    const asked = new Set<string>();
    const answer = keeper.answer.bind(keeper);
    keeper.answer = (...question) => {
      asked.add(question[2]);
      return answer(...question);
    };
    expect(search(clock, keeper, { sought: list }).verdict.kind).toBe('absent');
    expect([...asked]).toEqual([e164[0], e164[49], e164[99]]);
  });

  it('of texts that differ is told by the text of each number', () => {
    const [first = '', middle = ''] = [e164[0], e164[49]];
    const valuesByNumber = new Map(e164.map((one, at) => [one, [String(5000 + at)]]));
    const sought = { ...list, unique: false, outId: constant.outId, valuesByNumber };
    const { clock, keeper } = scene();
    keeper.take({ ...takenConstant, number: middle, content: '您的验证码是：5049' });
    expect(search(clock, keeper, { sought }).verdict.kind).toBe('found');
    const other = scene();
    other.keeper.take({ ...takenConstant, number: first, content: '您的验证码是：5049' });
    expect(search(other.clock, other.keeper, { sought }).verdict.kind).toBe('absent');
  });

  it('is not absent where one of the three cannot be asked for', () => {
    const { clock, keeper } = scene();
    const answer = keeper.answer.bind(keeper);
    keeper.answer = (at, own, one, day) =>
      one === e164[49]
        ? { answered: false, number: one, day, reason: 'isv.MOBILE_NUMBER_ILLEGAL' }
        : answer(at, own, one, day);
    expect(search(clock, keeper, { sought: list }).verdict.kind).toBe('inconclusive');
  });
});
