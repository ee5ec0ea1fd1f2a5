import { describe, expect, it } from 'vitest';
import { ChannelLimits } from './channel-limits.ts';

function limits(rules: Parameters<ChannelLimits['change']>[0]): ChannelLimits {
  const made = new ChannelLimits();
  made.change(rules, 0);
  return made;
}

describe('limits of channels', () => {
  it('say why a channel takes nothing more, and for how long', () => {
    const made = limits({ a: { perSecond: 2, burst: 1 }, b: { maxInFlight: 3 } });
    expect(made.overOf('a', 999, 0)).toBeUndefined();
    made.take('a', 0);
    expect(made.overOf('a', 0, 0)).toEqual({
      why: 'its limit of 2 a second, 1 at once, is used up',
      retryAfterMs: 500,
    });
    expect(made.overOf('a', 0, 500)).toBeUndefined();
    expect(made.overOf('b', 2, 0)).toBeUndefined();
    expect(made.overOf('b', 3, 0)?.why).toBe('3 attempts are under way, as many as its limit allows');
    expect(made.overOf('c', 999, 0)).toBeUndefined();
  });

  it('keep what was counted through a change, and forget it with the limit', () => {
    const made = limits({ a: { perSecond: 1, burst: 10 } });
    for (let index = 0; index < 10; index += 1) made.take('a', 0);
    made.change({ a: { perSecond: 10, burst: 10, maxInFlight: 5 } }, 0);
    expect(made.overOf('a', 0, 0)?.retryAfterMs).toBe(100);
    made.change({}, 0);
    expect(made.overOf('a', 0, 0)).toBeUndefined();
  });

  it('have room again for an attempt that was not written', () => {
    const made = limits({ a: { perSecond: 1, burst: 1 } });
    made.take('a', 0);
    made.giveBack('a', 1);
    expect(made.overOf('a', 0, 1)).toBeUndefined();
  });
});
