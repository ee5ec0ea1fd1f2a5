import { expect, it } from 'vitest';
import { LogMover } from './log-mover.ts';
import { LoggedEntries } from './logged-entries.ts';
import type { Generation } from './logged-entries.ts';

/** A database that takes what it is given once it has room. */
class FillingDatabase {
  full = true;
  tries = 0;
  readonly moved: [names: string[], generation: number][] = [];

  move({ entries }: Generation, generation: number): Promise<void> {
    this.tries += 1;
    if (this.full) return Promise.reject(new Error('no space is left'));
    this.moved.push([[...entries.keys()], generation]);
    return Promise.resolve();
  }
}

const place = { id: 'a', state: 'open', at: 0, bytes: 1 } as const;
const text = { bytes: Buffer.from('{"id":"a"}'), start: 0, end: 10 };

function moverOf(database: FillingDatabase) {
  const logged = new LoggedEntries();
  logged.note('key a', undefined, place, text);
  return { logged, mover: new LogMover({ database, logged }, { retryMs: 5 }) };
}

it('goes on trying, says why meanwhile, and keeps what is not moved to be found', async () => {
  const database = new FillingDatabase();
  const { logged, mover } = moverOf(database);
  mover.start();
  const moved = mover.move(3);
  await expect.poll(() => database.tries, { timeout: 15_000 }).toBeGreaterThan(2);
  expect([mover.trouble?.message, logged.get('key a')?.place]).toEqual(['no space is left', place]);
  database.full = false;
  expect(await moved).toBe(true);
  expect(database.moved).toEqual([[['key a'], 3]]);
  expect([mover.trouble, logged.get('key a')]).toEqual([undefined, undefined]);
});

it('tries once where it is not started, or stopped', async () => {
  const database = new FillingDatabase();
  const { logged, mover } = moverOf(database);
  expect([await mover.move(3), database.tries]).toEqual([false, 1]);
  expect(logged.nameOf('a')).toBe('key a');
  mover.start();
  const again = mover.move(4);
  mover.stop();
  expect(await again).toBe(false);
});
