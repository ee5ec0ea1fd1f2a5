import { describe, expect, it } from 'vitest';
import { judgeGrowth } from './judge-growth.ts';
import type { Quantity, Sample } from './judge-growth.ts';

const calm: Sample = { ownMb: 90, sockets: 20, descriptors: 40, handles: 60, threads: 11 };

/** A run of 120 samples, each changed by its place. */
function run(change: (at: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 120 }, (_, at) => ({ ...calm, ...change(at) }));
}

function grown(samples: readonly Sample[], minutes = 20): Quantity[] {
  return judgeGrowth(samples, minutes).flatMap((growth) => (growth.grown ? [growth.quantity] : []));
}

describe('judgeGrowth', () => {
  it('lets a run that wavers pass', () => {
    expect(grown(run((at) => ({ ownMb: 90 + (at % 30) * 3, sockets: 20 + (at % 5) })))).toEqual([]);
  });

  it('does not count what is taken while the process settles', () => {
    expect(grown(run((at) => (at < 24 ? { ownMb: 40 + at * 2, sockets: at } : {})))).toEqual([]);
  });

  it('does not count single samples, however far out', () => {
    expect(grown(run((at) => (at % 10 === 3 ? { sockets: 400, ownMb: 500 } : {})))).toEqual([]);
  });

  it.each<[Quantity, number]>([
    ['ownMb', 0.4],
    ['sockets', 0.2],
    ['descriptors', 0.2],
    ['handles', 0.25],
    ['threads', 0.05],
  ])('finds %s that grow by %d a sample', (quantity, step) => {
    expect(grown(run((at) => ({ [quantity]: calm[quantity] + at * step })))).toEqual([quantity]);
  });

  it('gives the medians of the second and of the last fifth, and of memory what it fell to', () => {
    const [memory, sockets] = judgeGrowth(
      run((at) => ({ ownMb: at, sockets: at })),
      20,
    );
    expect(memory).toMatchObject({ before: 24, after: 72, grown: true });
    expect(sockets).toMatchObject({ before: 35.5, after: 107.5, grown: true });
  });

  it('takes what could not be measured for growth', () => {
    expect(grown(run((at) => (at > 100 ? { handles: NaN } : {})))).toEqual(['handles']);
  });

  it('does not judge memory in a short run, and all else', () => {
    const growing = run((at) => ({ ownMb: 90 + at, sockets: 20 + at }));
    expect(grown(growing, 3)).toEqual(['sockets']);
  });

  it('judges no run of fewer than five samples', () => {
    expect(() => judgeGrowth([calm, calm, calm, calm], 20)).toThrow('5 samples');
  });
});
