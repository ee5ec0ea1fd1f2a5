import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';

/** An admission whose turns a test ends; the clock stands still unless it is moved. */
function stand(maxUnderWay = 2048, maxBytes = 1_000_000) {
  let now = 0;
  let ends: (() => void)[] = [];
  const words: string[] = [];
  const admission = new Admission(
    {
      clock: { now: () => now },
      log: pino({ level: 'warn' }, { write: (line: string) => words.push(line) }),
      atTurnEnd: (call) => ends.push(call),
    },
    { maxUnderWay, maxBytes },
  );
  return {
    admission,
    words,
    pass: (ms: number) => (now += ms),
    endTurn: () => {
      const calls = ends;
      ends = [];
      for (const call of calls) call();
      return calls.length;
    },
  };
}

/** Turns in which `count` requests come and go, each turn `ms` long; gives how many were taken in each. */
function turns({ admission, pass, endTurn }: ReturnType<typeof stand>, count: number, ms: number, turn = 20) {
  return Array.from({ length: turn }, () => {
    let taken = 0;
    for (let request = 0; request < count; request += 1) taken += admission.enter(100) ? 1 : 0;
    pass(ms);
    endTurn();
    for (let request = 0; request < taken; request += 1) admission.leave(100);
    return taken;
  });
}

describe('room', () => {
  it('takes as many requests as may be under way, and one more for each that leaves', () => {
    const { admission } = stand(2);
    expect([admission.enter(1), admission.enter(1), admission.enter(1)]).toEqual([true, true, false]);
    admission.leave(1);
    expect([admission.enter(1), admission.enter(1)]).toEqual([true, false]);
  });

  it('takes no bodies beyond the bytes that it has room for', () => {
    const { admission } = stand(10, 1000);
    expect([admission.enter(600), admission.enter(600), admission.enter(400)]).toEqual([true, false, true]);
    admission.leave(600);
    expect(admission.enter(600)).toBe(true);
  });
});

describe('time', () => {
  it('refuses what an overloaded turn cannot take, and nothing before long turns have gone on for a while', () => {
    const taken = turns(stand(), 300, 60, 30);
    expect(taken.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 300));
    expect(taken.slice(4)).toEqual(Array.from({ length: 26 }, () => 64));
  });

  it('takes everything again a little after the crowd has gone', () => {
    const port = stand();
    turns(port, 300, 60, 30);
    turns(port, 10, 60, 20);
    expect(turns(port, 300, 60, 1)).toEqual([300]);
  });

  it('never refuses the few requests of a few callers, however slow the machine', () => {
    expect(turns(stand(), 64, 900, 50)).toEqual(Array.from({ length: 50 }, () => 64));
  });

  it('asks for the end of a turn once, whatever comes in it', () => {
    const { admission, endTurn } = stand();
    for (let request = 0; request < 10; request += 1) admission.enter(1);
    expect(endTurn()).toBe(1);
  });
});

describe('what is told of it', () => {
  it('tells of refusals in the log once, and in the status while they are fresh', () => {
    const { admission, words, pass } = stand(1);
    admission.enter(1);
    expect(admission.trouble).toBeUndefined();
    for (let request = 0; request < 5; request += 1) admission.enter(1);
    expect(words).toHaveLength(1);
    expect(admission.trouble).toBe(
      'overloaded: 5 requests were refused since the start, the last within 10 s',
    );
    pass(10_001);
    expect(admission.trouble).toBeUndefined();
  });
});
