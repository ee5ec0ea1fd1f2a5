import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constant,
  defaultRules,
  noRivals,
  number,
  own,
  ownHost,
  scene,
  search,
  taken,
  takenConstant,
  textOf,
} from '../testing/search-story.ts';
import type { RecordKeeperOptions } from '../testing/record-keeper.ts';
import { startSearch, stepSearch } from './search.ts';
import type { Rivals } from './search-state.ts';
import type { Sought } from './sought.ts';

describe('an OutId of our own', () => {
  it('is found at the first question', () => {
    const { clock, keeper } = scene();
    keeper.take(taken);
    expect(search(clock, keeper)).toEqual({ verdict: { kind: 'found' }, afterMs: 500, questions: 1 });
  });

  it('is absent once two questions after the settling time say so, and not before', () => {
    const { clock, keeper } = scene();
    expect(search(clock, keeper)).toEqual({ verdict: { kind: 'absent' }, afterMs: 6500, questions: 4 });
  });

  it('is found in masked records', () => {
    const { clock, keeper } = scene({ masked: true });
    keeper.take(taken);
    expect(search(clock, keeper).verdict.kind).toBe('found');
  });

  it('is told from that of another agent that sends the same', () => {
    const { clock, keeper } = scene();
    keeper.take({ ...taken, outId: 'an id of another agent' });
    expect(search(clock, keeper).verdict.kind).toBe('absent');
  });

  it('beside another template is not understood, and so neither found nor absent', () => {
    const { clock, keeper } = scene();
    keeper.take({ ...taken, templateCode: 'SMS_2' });
    expect(search(clock, keeper).verdict.kind).toBe('inconclusive');
  });
});

describe("a caller's constant OutId", () => {
  it('is found by what the text says', () => {
    const { clock, keeper } = scene();
    keeper.take(takenConstant);
    expect(search(clock, keeper, { sought: constant }).verdict.kind).toBe('found');
  });

  it('is absent where the only text under it says something else', () => {
    const { clock, keeper } = scene();
    keeper.take({ ...takenConstant, content: textOf('9999') });
    expect(search(clock, keeper, { sought: constant }).verdict.kind).toBe('absent');
  });

  it.each<[string, Sought, string | undefined, RecordKeeperOptions]>([
    ['its values are short', { ...constant, values: ['12'] }, textOf('12'), {}],
    ['its template takes no values', { ...constant, values: [] }, '【阿里云】欢迎', {}],
    ['the content is masked', constant, textOf('4071'), { masked: true }],
    ['the content is not shown', constant, undefined, {}],
  ])('is inconclusive where %s', (_, sought, content, options) => {
    const { clock, keeper } = scene(options);
    const { number: to, templateCode, outId, host } = takenConstant;
    keeper.take({ ...{ number: to, templateCode, outId, host }, ...(content !== undefined && { content }) });
    const { verdict, afterMs } = search(clock, keeper, { sought });
    expect(verdict.kind).toBe('inconclusive');
    // Records are not taken back: nobody is asked for the whole budget.
    expect(afterMs).toBeLessThan(10_000);
  });

  it('is inconclusive where several equal messages went out within seconds', () => {
    const { clock, keeper } = scene();
    keeper.take(takenConstant);
    clock.advance(1000);
    keeper.take(takenConstant);
    expect(search(clock, keeper, { sought: constant }).verdict.kind).toBe('inconclusive');
  });

  it.each<[string, Rivals]>([
    ['was accepted', { accepted: 1, open: 0 }],
    ['is as unknown as this one', { accepted: 0, open: 1 }],
  ])('is inconclusive where one record fits and an equal message of this agent %s', (_, rivals) => {
    const { clock, keeper } = scene();
    keeper.take(takenConstant);
    expect(search(clock, keeper, { sought: constant, rivals }).verdict.kind).toBe('inconclusive');
  });

  it('is never absent while the record of an accepted message like it does not show', () => {
    const { clock, keeper } = scene();
    const rivals = { accepted: 1, open: 0 };
    expect(search(clock, keeper, { sought: constant, rivals }).verdict).toMatchObject({
      kind: 'inconclusive',
      reason: expect.stringContaining('do not show yet') as string,
    });
  });

  it('is absent where the text under it went out a minute before', () => {
    const { clock, keeper } = scene();
    keeper.take(takenConstant);
    clock.advance(60_000);
    expect(search(clock, keeper, { sought: constant }).verdict.kind).toBe('absent');
  });
});

describe('whoever waits', () => {
  it('is asked for once more right before the deadline', () => {
    const { clock, keeper } = scene({ appearsAfterMs: 1200 });
    keeper.take(taken);
    const wantedBy = clock.now() + 2500;
    const told = search(clock, keeper, { wantedBy, lasted: 0 });
    expect(told).toEqual({ verdict: { kind: 'found' }, afterMs: 2000, questions: 2 });
  });

  it('changes nothing where the next question is in time, or the last one was a moment ago', () => {
    const { clock, keeper } = scene();
    for (const inMs of [20_000, 1100]) {
      const wantedBy = clock.now() + 1000 + inMs;
      expect(search(clock, keeper, { wantedBy })).toMatchObject({ afterMs: 6500, questions: 4 });
    }
  });
});

describe('records that come late', () => {
  it('by 5 s are found before absence is believed', () => {
    const { clock, keeper } = scene({ appearsAfterMs: 5000 });
    keeper.take(taken);
    expect(search(clock, keeper, { lasted: 0 }).verdict.kind).toBe('found');
  });

  it('by 50 s are found where the settling time says how late they may be', () => {
    const { clock, keeper } = scene({ appearsAfterMs: 50_000 });
    keeper.take(taken);
    const told = search(clock, keeper, { rules: { settleMs: 55_000, budgetMs: 120_000 } });
    expect(told.verdict.kind).toBe('found');
  });
});

describe('an attempt that is still listened to', () => {
  it('may be found, and is never absent', () => {
    const { clock, keeper } = scene();
    const startedAt = clock.now();
    const time = { startedAt, startedWall: clock.wallTime() };
    const input = { sought: own, recordsShared: false, rules: defaultRules, time };
    let { search: now, effect } = startSearch(input, clock.now());
    for (let round = 0; round < 10 && effect.type !== 'done'; round += 1) {
      clock.advance(2000);
      ({ search: now, effect } = stepSearch(now, {
        type: 'due',
        at: clock.now(),
        wallTime: clock.wallTime(),
      }));
      if (effect.type !== 'ask') continue;
      const answers = effect.days.map((day) => keeper.answer(ownHost, ownHost, number, day));
      const event = { type: 'round' as const, at: clock.now(), wallTime: clock.wallTime(), answers };
      ({ search: now, effect } = stepSearch(now, { ...event, rivals: noRivals }));
    }
    expect(effect.type).toBe('wait');
  });
});

it('whatever happens: what was taken is never absent, what was not is never found', () => {
  const story = fc.record({
    isTaken: fc.boolean(),
    isOwn: fc.boolean(),
    appearsAfterMs: fc.integer({ min: 0, max: 3000 }),
    aheadMs: fc.integer({ min: -900_000, max: 900_000 }),
    lasted: fc.integer({ min: 0, max: 20_000 }),
    wallTime: fc.integer({ min: 0, max: 86_400_000 }),
    masked: fc.boolean(),
    jump: fc.option(
      fc.record({
        after: fc.integer({ min: 0, max: 30_000 }),
        by: fc.integer({ min: -90_000_000, max: 90_000_000 }),
      }),
    ),
    silence: fc.option(
      fc.record({ from: fc.integer({ min: 0, max: 30_000 }), ms: fc.integer({ min: 0, max: 90_000 }) }),
    ),
    strangers: fc.array(
      fc.record({
        outId: fc.constantFrom('an id of ours', 'constant', 'other'),
        template: fc.constantFrom('SMS_1', 'SMS_2'),
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(story, (told) => {
      const { aheadMs, appearsAfterMs, masked } = told;
      const { clock, keeper } = scene(
        { aheadMs, appearsAfterMs, masked },
        Date.UTC(2026, 5, 1) + told.wallTime,
      );
      const sought = told.isOwn ? own : constant;
      for (const { outId, template } of told.strangers) {
        if (outId === sought.outId && (told.isOwn || template === sought.templateCode)) continue;
        keeper.take({ ...taken, outId, templateCode: template });
      }
      if (told.isTaken) keeper.take({ ...taken, outId: sought.outId });
      let jumped = false;
      const each = (at: number) => {
        const { jump, silence } = told;
        if (jump !== null && !jumped && at >= jump.after) {
          clock.setWallTime(clock.wallTime() + jump.by);
          jumped = true;
        }
        if (silence === null) return;
        if (at >= silence.from && at < silence.from + silence.ms) keeper.silent.set(ownHost, 'hung');
        else keeper.silent.clear();
      };
      const { verdict, afterMs } = search(clock, keeper, { sought, lasted: told.lasted, each });
      expect(verdict.kind).not.toBe(told.isTaken ? 'absent' : 'found');
      expect(afterMs).toBeLessThanOrEqual(60_000);
    }),
    { numRuns: 1000 },
  );
});
