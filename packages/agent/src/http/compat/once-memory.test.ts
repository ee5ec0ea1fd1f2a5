import { describe, expect, it } from 'vitest';
import { OnceMemory } from './once-memory.ts';

const done = (value: string, keep = true) => Promise.resolve({ value, keep });

describe('OnceMemory', () => {
  it('remembers for its time and not longer', async () => {
    let at = 0;
    const memory = new OnceMemory<string>({ now: () => at }, { keptMs: 100, maxKept: 10 });
    await memory.work('k', 'd', () => done('first'));
    at = 99;
    expect(await memory.find('k', 'd')).toBe('first');
    expect(memory.find('k', 'e')).toBe('other');
    at = 100;
    expect(memory.find('k', 'd')).toBeUndefined();
  });

  it('forgets what is not to be kept, and what failed', async () => {
    const memory = new OnceMemory<string>({ now: () => 0 }, { keptMs: 100, maxKept: 10 });
    await memory.work('k', 'd', () => done('value', false));
    await expect(memory.work('l', 'd', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(memory.size).toBe(0);
  });

  it('stays within its bound for ever', async () => {
    const memory = new OnceMemory<string>({ now: () => 0 }, { keptMs: 100, maxKept: 3 });
    for (let key = 0; key < 100; key += 1) {
      void memory.find(String(key), 'd');
      await memory.work(String(key), 'd', () => done('value'));
      expect(memory.size).toBeLessThanOrEqual(4);
    }
    expect(await memory.find('99', 'd')).toBe('value');
  });

  it('forgets the oldest beyond its bound, and never what is under way', async () => {
    const memory = new OnceMemory<string>({ now: () => 0 }, { keptMs: 100, maxKept: 2 });
    let end: ((value: { value: string; keep: boolean }) => void) | undefined;
    const slow = memory.work('slow', 'd', () => new Promise((resolve) => (end = resolve)));
    for (const key of ['a', 'b', 'c']) await memory.work(key, 'd', () => done(key));
    expect(memory.find('a', 'd')).toBeUndefined();
    expect(await memory.find('c', 'd')).toBe('c');
    const running = memory.find('slow', 'd');
    end?.({ value: 'late', keep: true });
    expect([await slow, await running]).toEqual(['late', 'late']);
    expect(memory.size).toBe(2);
  });
});
