import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleWindow } from './sample-window.ts';

describe('SampleWindow', () => {
  function windowOf(samples: readonly (readonly [at: number, fault: boolean])[]): SampleWindow {
    const window = new SampleWindow();
    for (const [at, fault] of samples) window.add(at, { fault });
    return window;
  }
  const every = (ms: number, count: number, fault: (n: number) => boolean) =>
    Array.from({ length: count }, (_, n) => [n * ms, fault(n)] as const);

  it('measures the last 30 s where they hold 20 samples', () => {
    const window = windowOf(every(100, 600, (n) => n < 100));
    expect(windowOf(every(100, 290, (n) => n < 100)).measure(29_000)).toEqual({ samples: 290, faults: 100 });
    expect(window.measure(59_900)).toMatchObject({ faults: 0 });
    const { samples } = window.measure(59_900) ?? { samples: 0 };
    expect(samples).toBeGreaterThanOrEqual(300);
    expect(samples).toBeLessThanOrEqual(310);
  });

  it('measures the last 20 of 5 minutes where the last 30 s hold fewer', () => {
    const window = windowOf(every(10_000, 25, (n) => n < 6));
    expect(window.measure(240_000)).toEqual({ samples: 20, faults: 1 });
  });

  it('says nothing of fewer than 20 samples, nor of what is older than 5 minutes', () => {
    expect(windowOf(every(10, 19, () => true)).measure(1000)).toBeUndefined();
    const window = windowOf(every(10, 20, () => true));
    expect(window.measure(299_000)).toEqual({ samples: 20, faults: 20 });
    expect(window.measure(300_200)).toBeUndefined();
    window.clear();
    expect(window.measure(1000)).toBeUndefined();
  });

  it('knows the 90th percentile within 5 %, never too slow', () => {
    const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), {
      minLength: 20,
      maxLength: 200,
    });
    fc.assert(
      fc.property(latencies, (given) => {
        const window = new SampleWindow();
        for (const acceptedMs of given) window.add(0, { fault: false, acceptedMs });
        const exact = given.toSorted((a, b) => a - b)[Math.ceil(given.length * 0.9) - 1] ?? 0;
        const p90 = window.measure(0)?.p90Ms ?? Number.NaN;
        expect(p90).toBeLessThanOrEqual(exact * 1.000001);
        expect(p90).toBeGreaterThan(exact / 1.051);
      }),
    );
  });

  it('measures, whatever comes and how long it rests, what adding up every sample of the last 31 s measures', () => {
    const sample = fc.record({
      passed: fc.oneof(fc.nat(50), fc.nat(5000), fc.nat(40_000)),
      fault: fc.boolean(),
      acceptedMs: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 150 }), (given) => {
        const window = new SampleWindow();
        const added: { readonly at: number; readonly fault: boolean; readonly acceptedMs?: number }[] = [];
        let at = 0;
        for (const { passed, fault, acceptedMs } of given) {
          at += passed;
          const one = { fault, ...(acceptedMs !== undefined && { acceptedMs }) };
          window.add(at, one);
          added.push({ at, ...one });
          const now = at;
          const inWindow = added.filter((each) => (Math.floor(each.at / 1000) + 1) * 1000 > now - 30_000);
          const recent = added.slice(-20).filter((each) => each.at > now - 300_000);
          const counted = inWindow.length >= 20 ? inWindow : recent.length >= 20 ? recent : undefined;
          const fresh = new SampleWindow();
          for (const each of counted ?? []) fresh.add(now, each);
          expect(window.measure(now)).toEqual(counted && fresh.measure(now));
        }
      }),
    );
  });
});
