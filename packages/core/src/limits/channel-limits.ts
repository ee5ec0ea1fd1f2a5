import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';
import { changeRate, newRateBucket, rateWaitMs, returnRate, takeRate } from './rate-bucket.ts';
import type { RateBucket, RateRule } from './rate-bucket.ts';

/** What a strategy says of one channel's rate and of its attempts under way. */
export type ChannelRule = Strategy['limits']['channels'][string];

/** Why a channel takes no attempt now, in words, and for how long that holds at least. */
export interface ChannelOver {
  readonly why: string;
  readonly retryAfterMs: number;
}

interface Limited {
  rule: ChannelRule;
  bucket: RateBucket | undefined;
}

/** How soon a place among the attempts under way may be free. */
const soonMs = 1000;

/** The rates of channels. Deterministic: time comes in with every call. */
export class ChannelLimits {
  #limits: ReadonlyMap<string, Limited> = new Map();

  /** Other rules from now on; what was counted of a channel stays counted as long as it has a rate. */
  change(rules: Readonly<Record<string, ChannelRule>>, at: Instant): void {
    const former = this.#limits;
    this.#limits = new Map(
      Object.entries(rules).map(([channel, rule]) => {
        const rate = rateOf(rule);
        const known = former.get(channel)?.bucket;
        const bucket = rate && (known === undefined ? newRateBucket(rate, at) : changeRate(known, rate, at));
        return [channel, { rule, bucket }];
      }),
    );
  }

  /** Why a channel with `inFlight` attempts under way takes no other now; undefined: it does. */
  overOf(channel: string, inFlight: number, at: Instant): ChannelOver | undefined {
    const limited = this.#limits.get(channel);
    if (limited === undefined) return undefined;
    const { rule, bucket } = limited;
    if (rule.maxInFlight !== undefined && inFlight >= rule.maxInFlight) {
      const why = `${String(rule.maxInFlight)} attempts are under way, as many as its limit allows`;
      return { why, retryAfterMs: soonMs };
    }
    if (bucket === undefined) return undefined;
    const retryAfterMs = rateWaitMs(bucket, at);
    if (retryAfterMs === 0) return undefined;
    const why = `its limit of ${String(bucket.perSecond)} a second, ${String(bucket.burst)} at once, is used up`;
    return { why, retryAfterMs };
  }

  /** An attempt begins by a channel that is not over. */
  take(channel: string, at: Instant): void {
    const limited = this.#limits.get(channel);
    if (limited?.bucket !== undefined) limited.bucket = takeRate(limited.bucket, at);
  }

  /** An attempt that began was not written: it costs the channel nothing. */
  giveBack(channel: string, at: Instant): void {
    const limited = this.#limits.get(channel);
    if (limited?.bucket !== undefined) limited.bucket = returnRate(limited.bucket, at);
  }
}

function rateOf({ perSecond, burst }: ChannelRule): RateRule | undefined {
  return perSecond === undefined ? undefined : { perSecond, burst };
}
