import { describe, expect, it } from 'vitest';
import { evenLoad, stepLoad, takesRequest } from './loop-load.ts';
import type { LoopLoad, LoopTurn } from './loop-load.ts';

const limits = {
  longTurnMs: 25,
  sustainedMs: 150,
  gapMs: 250,
  fewUnderWay: 64,
  takenPerTurn: 32,
  calmMs: 250,
};

/** Turns of `tookMs` each, back to back from `from` on. */
function turns(count: number, tookMs: number, change: Partial<LoopTurn> = {}, from = 0): LoopTurn[] {
  return Array.from({ length: count }, (_, at) => ({
    begunAt: from + at * tookMs,
    endedAt: from + (at + 1) * tookMs,
    underWay: 500,
    refused: 0,
    ...change,
  }));
}

function after(row: readonly LoopTurn[], from: LoopLoad = evenLoad): LoopLoad {
  return row.reduce((load, turn) => stepLoad(load, turn, limits), from);
}

const overloaded = after(turns(4, 60));

describe('when a loop is overloaded', () => {
  it('is so once every turn has been long for a while', () => {
    expect(after(turns(6, 26)).state).toBe('late');
    expect(after(turns(7, 26)).state).toBe('overloaded');
  });

  it('is not by short turns, however many', () => {
    expect(after(turns(1000, 25)).state).toBe('even');
  });

  it('is not by a single long turn, however long, nor by one short turn less than a row', () => {
    expect(after(turns(1, 5000)).state).toBe('late');
    expect(after([...turns(6, 26), ...turns(1, 10, {}, 156), ...turns(6, 26, {}, 166)]).state).toBe('late');
  });

  it.each([
    [251, 'late'],
    [250, 'overloaded'],
  ])('where long turns lie %d ms apart, is %s', (gap, state) => {
    const apart = Array.from({ length: 2 }, (_, at) => turns(1, 100, {}, at * (100 + gap))).flat();
    expect(after(apart).state).toBe(state);
  });

  it('is not by the few requests that a few callers can have under way', () => {
    expect(after(turns(100, 300, { underWay: 63 })).state).toBe('even');
  });
});

describe('what an overloaded loop takes', () => {
  it('takes as many as one turn may, and refuses the rest', () => {
    expect(takesRequest(overloaded, 31, 500, limits)).toBe(true);
    expect(takesRequest(overloaded, 32, 500, limits)).toBe(false);
  });

  it('takes any while few are under way: a pause of the machine brings many at once', () => {
    expect(takesRequest(overloaded, 90, 63, limits)).toBe(true);
    expect(takesRequest(overloaded, 90, 64, limits)).toBe(false);
  });

  it('refuses nothing in any other state', () => {
    const late = after(turns(6, 26));
    expect([evenLoad, late].map((load) => takesRequest(load, 100_000, 100_000, limits))).toEqual([
      true,
      true,
    ]);
  });

  it('goes on refusing for as long as there is something to refuse', () => {
    const busy = turns(1000, 60, { refused: 1 }, 2000);
    expect(after(busy, overloaded).state).toBe('overloaded');
  });

  it('is itself again some time after the last refusal', () => {
    const refusing = after(turns(1, 50, { refused: 3 }, 2000), overloaded);
    expect(after(turns(24, 10, {}, 2050), refusing).state).toBe('overloaded');
    expect(after(turns(25, 10, {}, 2050), refusing).state).toBe('even');
  });
});
