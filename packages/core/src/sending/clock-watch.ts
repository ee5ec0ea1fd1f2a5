import type { Instant } from '../clock.ts';

/** How far the wall clock is from the monotonic one, and whether that can be relied on. */
export type ClockWatch =
  | { readonly state: 'steady'; readonly offset: number }
  /** The wall clock has jumped: to `offset`, where it has stayed since; `trusted` is where it was. */
  | { readonly state: 'jumped'; readonly trusted: number; readonly offset: number; readonly since: Instant };

const jumpMs = 60_000;
/** A clock that was set and then keeps step for so long is taken for right. */
const steadyMs = 300_000;

/** The watch after one more look at both clocks; `undefined`: the first one. */
export function watchClock(watch: ClockWatch | undefined, at: Instant, wallTime: number): ClockWatch {
  const offset = wallTime - at;
  if (watch === undefined) return { state: 'steady', offset };
  const trusted = watch.state === 'steady' ? watch.offset : watch.trusted;
  // Followed from look to look: what a clock drifts is no jump.
  if (Math.abs(offset - trusted) <= jumpMs) return { state: 'steady', offset };
  if (watch.state === 'steady' || Math.abs(offset - watch.offset) > jumpMs) {
    return { state: 'jumped', trusted, offset, since: at };
  }
  if (at - watch.since >= steadyMs) return { state: 'steady', offset };
  return { ...watch, offset };
}
