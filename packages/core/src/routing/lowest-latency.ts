import type { Ordering } from './picker.ts';
import { weightedRandom } from './weighted-random.ts';

/**
 * Two random choices: of two channels drawn at random the faster comes first, so that nobody herds to the one that
 * was fastest a moment ago. The other competes with the next that is drawn. One of which nothing is known counts
 * as the fastest: it becomes known by being used.
 */
export function lowestLatency(channels: readonly string[]): Ordering {
  const drawAny = weightedRandom(channels.map((channel) => ({ channel, weight: 1 })));
  return (facts, random) => {
    const drawn = drawAny(facts, random);
    const order: string[] = [];
    const latencyOf = (channel: string) => facts.latency?.(channel) ?? 0;
    let held: string | undefined;
    let next = 0;
    return {
      at(index) {
        while (order.length <= index) {
          held ??= drawn.at(next++);
          if (held === undefined) break;
          const other = facts.latency === undefined ? undefined : drawn.at(next++);
          const otherWins = other !== undefined && latencyOf(other) < latencyOf(held);
          order.push(otherWins ? other : held);
          if (!otherWins) held = other;
        }
        return order[index];
      },
    };
  };
}
