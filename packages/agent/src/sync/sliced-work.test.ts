import type { Steps } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import { SlicedWork } from './sliced-work.ts';

/** Every look at the clock takes 1 ms. */
function slowClock(): { now: () => number; wallTime: () => number } {
  let at = 0;
  return { now: () => (at += 1), wallTime: () => at };
}

function unexpected(error: unknown): never {
  throw error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('SlicedWork', () => {
  function* count(name: string, to: number, done: string[]): Steps<void> {
    for (let step = 1; step <= to; step += 1) {
      done.push(`${name}${String(step)}`);
      yield;
    }
  }

  it('does at once what takes less than a slice', () => {
    const done: string[] = [];
    const work = new SlicedWork({ clock: { now: () => 0, wallTime: () => 0 } });
    work.add(count('a', 3, done), unexpected);
    expect(done).toEqual(['a1', 'a2', 'a3']);
  });

  it('gives way after every slice, and does one work after the other', async () => {
    const done: string[] = [];
    const work = new SlicedWork({ clock: slowClock() }, { sliceMs: 2 });
    work.add(count('a', 5, done), unexpected);
    work.add(count('b', 3, done), unexpected);
    expect(done).toEqual(['a1', 'a2']);
    // The turn that brought the work is not asked for more.
    await nextTurn();
    expect(done).toEqual(['a1', 'a2']);
    await nextTurn();
    expect(done).toEqual(['a1', 'a2', 'a3', 'a4']);
    await work.settled();
    expect(done).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3']);
  });

  it('takes work that is added by work in its turn', async () => {
    const done: string[] = [];
    const work = new SlicedWork({ clock: slowClock() });
    function* outer(): Steps<void> {
      work.add(count('inner', 2, done), unexpected);
      yield;
      done.push('outer');
    }
    work.add(outer(), unexpected);
    await work.settled();
    expect(done).toEqual(['outer', 'inner1', 'inner2']);
  });

  it('drops what is left when it is stopped, and keeps nobody waiting', async () => {
    const done: string[] = [];
    const work = new SlicedWork({ clock: slowClock() });
    work.add(count('a', 5, done), unexpected);
    const settled = work.settled();
    work.stop();
    await settled;
    await nextTurn();
    await nextTurn();
    expect(done).toEqual(['a1', 'a2']);
  });

  it('drops work that throws in a later slice, tells of it, and goes on with the next', async () => {
    const done: string[] = [];
    const failed: unknown[] = [];
    const work = new SlicedWork({ clock: slowClock() });
    const defect = new Error('a defect');
    function* failing(): Steps<void> {
      yield* count('a', 4, done);
      throw defect;
    }
    work.add(failing(), (error) => failed.push(error));
    work.add(count('b', 2, done), unexpected);
    expect(failed).toEqual([]);
    await work.settled();
    expect(failed).toEqual([defect]);
    expect(done).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
  });
});
