import type { Random } from '../clock.ts';
import { buildAliasTable } from './alias-table.ts';
import type { Ordering } from './picker.ts';

/** Misses in a row before what is left is ordered in one go. */
const patience = 16;

/** A channel with its share. */
export interface WeightedChannel {
  readonly channel: string;
  /** 0–1000, relative to the others; 0: never drawn, last in line in the given order. */
  readonly weight: number;
}

/**
 * Draws without replacement by weight. A draw takes constant time as long as draws hit: one that falls on a
 * channel already drawn, or not covering the message, is thrown away and repeated, which leaves the chances of
 * the others as they should be. One that is coming back is thrown away more often, so that its share of the draws
 * is its share of its weight. After too many misses in a row the rest is ordered at once.
 */
export function weightedRandom(weighted: readonly WeightedChannel[]): Ordering {
  const drawable = weighted.filter(({ weight }) => weight > 0);
  const lastInLine = weighted.filter(({ weight }) => weight === 0).map(({ channel }) => channel);
  const draw = buildAliasTable(drawable.map(({ weight }) => weight));
  return ({ covers, share }, random) => {
    const drawn = new Set<string>();
    const order: string[] = [];
    let complete = false;

    const drawOne = (): string | undefined => {
      for (let miss = 0; miss < patience && drawable.length > 0; miss += 1) {
        const channel = drawable[draw(random)]?.channel;
        if (channel === undefined || drawn.has(channel) || !covers(channel)) continue;
        const chance = share?.(channel) ?? 1;
        if (chance === 1 || random() < chance) return channel;
      }
      return undefined;
    };
    const drawRest = (): void => {
      const left = drawable
        .filter(({ channel }) => !drawn.has(channel) && covers(channel))
        .map(({ channel, weight }) => ({ channel, weight: weight * (share?.(channel) ?? 1) }));
      order.push(...orderByWeight(left, random), ...lastInLine.filter(covers));
      complete = true;
    };

    return {
      at(index) {
        while (order.length <= index && !complete) {
          const channel = drawn.size < drawable.length ? drawOne() : undefined;
          if (channel === undefined) drawRest();
          else {
            drawn.add(channel);
            order.push(channel);
          }
        }
        return order[index];
      },
    };
  };
}

/**
 * The whole order at once: each channel gets an exponential waiting time with its weight as rate, and the
 * shortest comes first (Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir").
 */
export function orderByWeight(weighted: readonly WeightedChannel[], random: Random): string[] {
  return weighted
    .map(({ channel, weight }) => ({ channel, wait: -Math.log(1 - random()) / weight }))
    .sort((a, b) => a.wait - b.wait)
    .map(({ channel }) => channel);
}
