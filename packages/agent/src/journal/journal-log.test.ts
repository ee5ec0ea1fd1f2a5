import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalKeys } from './journal-keys.ts';
import { JournalLog } from './journal-log.ts';
import type { JournalLogOptions } from './journal-log.ts';
import { decodeChanges } from './log-change.ts';
import { readFrames } from './log-frame.ts';

const keys = new JournalKeys(Buffer.alloc(32, 1));

/** Moves a generation when it is told to, and notes which. */
class WaitingMover {
  trouble: Error | undefined;
  stopped = false;
  readonly generations: number[] = [];
  moveOn: (moved: boolean) => void = () => undefined;
  attempt = Promise.resolve();

  move(generation: number): Promise<boolean> {
    this.generations.push(generation);
    if (this.stopped) return Promise.resolve(false);
    const moved = new Promise<boolean>((resolve) => (this.moveOn = resolve));
    this.attempt = moved.then(() => undefined);
    return moved;
  }
}

let folder: string;
let mover: WaitingMover;
let log: JournalLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ws-log-'));
  mover = new WaitingMover();
});
afterEach(async () => {
  mover.stopped = true;
  mover.moveOn(false);
  await log.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function open(options: JournalLogOptions): Promise<void> {
  log = await JournalLog.open({ folder, keys, mover }, { fullMs: 1e9, ...options });
}

function append(name: string, landed: () => void = () => undefined): Promise<void> {
  return log.append({ name, text: name, textBytes: name.length }, landed);
}

/** The names in a file of the log, by frame. */
async function framesOf(name: string): Promise<string[][]> {
  const found = readFrames(keys, await readFile(join(folder, name)));
  return (found?.frames ?? []).map((frame) => [...decodeChanges(frame)].map((change) => change.name));
}

describe('changes', () => {
  it('of one turn are one write, those that come meanwhile the next, and each is told once it stands', async () => {
    await open({});
    const order: string[] = [];
    const first = ['a', 'b', 'c'].map((name) => append(name, () => order.push(name)));
    let later: Promise<void> | undefined;
    void first[0]?.then(() => {
      order.push('told');
      later = Promise.all([append('d'), append('e')]).then(() => undefined);
    });
    await Promise.all(first);
    expect(order).toEqual(['a', 'b', 'c', 'told']);
    await later;
    expect(await framesOf('log-a')).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('go to the other file when one is full, and on in it for as long as the first is being moved', async () => {
    await open({ fullBytes: 1 });
    for (const name of ['a', 'b', 'c']) await append(name);
    expect(mover.generations).toEqual([1]);
    expect([await framesOf('log-a'), await framesOf('log-b')]).toEqual([[['a']], [['b'], ['c']]]);
    mover.moveOn(true);
    await expect.poll(() => mover.generations, { timeout: 15_000 }).toEqual([1, 2]);
    await append('d');
    expect([await framesOf('log-a'), await framesOf('log-b')]).toEqual([[['d']], [['b'], ['c']]]);
  });

  it('are refused where too much could not be moved, and taken again once it can be', async () => {
    await open({ fullBytes: 1, mostBytes: 1 });
    await append('a');
    await append('b');
    mover.trouble = new Error('no space is left');
    await expect(append('c')).rejects.toThrow('no space is left');
    mover.trouble = undefined;
    mover.moveOn(true);
    await append('d');
    expect([await framesOf('log-a'), await framesOf('log-b')]).toEqual([[['d']], [['b']]]);
  });

  it('wait where they come faster than they are moved', async () => {
    await open({ fullBytes: 1, mostBytes: 1 });
    await append('a');
    await append('b');
    let landed = false;
    const waiting = append('c', () => (landed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([landed, mover.generations]).toEqual([false, [1]]);
    mover.moveOn(true);
    await waiting;
    expect([await framesOf('log-a'), mover.generations]).toEqual([[['c']], [1, 2]]);
  });

  it('come to the end of their file by time as well', async () => {
    await open({ fullMs: 20 });
    await append('a');
    await expect.poll(() => mover.generations, { timeout: 15_000 }).toEqual([1]);
  });

  it('are refused once it is closed, which it may be twice', async () => {
    await open({});
    mover.stopped = true;
    await append('a');
    await log.close();
    await log.close();
    await expect(append('b')).rejects.toThrow('closed');
  });
});
