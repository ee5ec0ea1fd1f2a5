import { describe, expect, it } from 'vitest';
import { scales } from '../scale.ts';
import { ratioBy, rounds } from './rounds.ts';

const identity = (sample: number): number => sample;

describe('rounds', () => {
  it('lets contenders take turns, every second round in reverse, after all have warmed up', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({
      name,
      warmUp: () => Promise.resolve(order.push(`warm ${name}`)),
      measure: () => Promise.resolve(order.push(name)),
    });
    await rounds([contender('a'), contender('b')], { ...scales.full, rounds: 3 });
    expect(order).toEqual(['warm a', 'warm b', 'a', 'b', 'b', 'a', 'a', 'b']);
  });

  it('gives every contender its own samples, round by round', async () => {
    let at = 0;
    const next = () => Promise.resolve((at += 1));
    const contenders = [
      { name: 'a', measure: next },
      { name: 'b', measure: next },
    ];
    const all = await rounds(contenders, { ...scales.full, rounds: 2 });
    expect(all.map(({ name, samples }) => [name, samples])).toEqual([
      ['a', [1, 4]],
      ['b', [2, 3]],
    ]);
  });
});

describe('ratioBy', () => {
  it('compares what was measured in the same round', () => {
    const agent = { name: 'agent', samples: [10, 200, 30] };
    const peer = { name: 'peer', samples: [10, 100, 10] };
    expect(ratioBy(agent, peer, identity)).toEqual({ median: 2, min: 1, max: 3 });
  });

  it('refuses a round that the peer does not have', () => {
    const series = { name: 'agent', samples: [1, 2] };
    expect(() => ratioBy(series, { name: 'peer', samples: [1] }, identity)).toThrow('no peer in round 1');
  });
});
