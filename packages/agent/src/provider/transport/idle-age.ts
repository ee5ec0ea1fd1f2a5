import type { Instant } from '@waystation/core';

/** What was learnt is forgotten after so long, unless a closing renews it. */
const forgetAfterMs = 300_000;

/** How long one host was seen to leave idle connections open; shared by all pools of connections to it. */
export class IdleAge {
  /** The shortest age seen, halved. */
  #limitMs = Infinity;
  #learntAt: Instant = -Infinity;

  /** A connection that was idle for longer is not used, in ms; Infinity: nothing is known of the host. */
  limitMs(now: Instant): number {
    // A host that restarts closes every connection, however short its age: what was learnt stays only as long as
    // idle connections are seen to be closed.
    return now - this.#learntAt > forgetAfterMs ? Infinity : this.#limitMs;
  }

  /** The host closed a connection that was idle for so long. A request that meets that is lost: stay at half of it. */
  learn(idleMs: number, now: Instant): void {
    this.#limitMs = Math.min(this.limitMs(now), idleMs / 2);
    this.#learntAt = now;
  }
}
