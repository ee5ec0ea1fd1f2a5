import type { Ordering } from './picker.ts';
import { weightedRandom } from './weighted-random.ts';

/** Nothing is known of latencies without health, so every channel is as likely as the next to come first. */
export function lowestLatency(channels: readonly string[]): Ordering {
  return weightedRandom(channels.map((channel) => ({ channel, weight: 1 })));
}
