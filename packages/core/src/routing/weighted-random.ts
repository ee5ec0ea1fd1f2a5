import type { Random } from '../clock.ts';
import { buildAliasTable } from './alias-table.ts';
import type { AliasTable } from './alias-table.ts';
import type { Order } from './order.ts';
import type { Ordering, OrderingFacts } from './picker.ts';

/** Misses in a row before what is left is ordered in one go. */
const patience = 16;

/** A channel with its share. */
export interface WeightedChannel {
  readonly channel: string;
  /** 0–1000, relative to the others; 0: never drawn, last in line in the given order. */
  readonly weight: number;
}

/** What is prepared once of weighted channels. */
interface Weighted {
  /** Those that can be drawn, and their weights beside them. */
  readonly names: readonly string[];
  readonly weights: readonly number[];
  readonly lastInLine: readonly string[];
  readonly draw: AliasTable;
}

/**
 * Draws without replacement by weight. A draw takes constant time as long as draws hit: one that falls on a
 * channel already drawn, or not covering the message, is thrown away and repeated, which leaves the chances of
 * the others as they should be. One that is coming back is thrown away more often, so that its share of the draws
 * is its share of its weight. After too many misses in a row the rest is ordered at once.
 */
export function weightedRandom(weighted: readonly WeightedChannel[]): Ordering {
  const drawable = weighted.filter(({ weight }) => weight > 0);
  const weights = drawable.map(({ weight }) => weight);
  const prepared: Weighted = {
    names: drawable.map(({ channel }) => channel),
    weights,
    lastInLine: weighted.filter(({ weight }) => weight === 0).map(({ channel }) => channel),
    draw: buildAliasTable(weights),
  };
  return (facts, random) => new WeightedOrder(prepared, facts, random);
}

/** The draws for one message, made as far as they are asked for. */
class WeightedOrder implements Order<string> {
  readonly #weighted: Weighted;
  readonly #facts: OrderingFacts;
  readonly #random: Random;
  readonly #order: string[] = [];
  /** Places of those that were drawn: two or three for nearly every message. */
  readonly #drawn: number[] = [];
  #complete = false;

  constructor(weighted: Weighted, facts: OrderingFacts, random: Random) {
    this.#weighted = weighted;
    this.#facts = facts;
    this.#random = random;
  }

  at(index: number): string | undefined {
    while (this.#order.length <= index && !this.#complete) {
      const place = this.#drawOne();
      const channel = place === undefined ? undefined : this.#weighted.names[place];
      if (place === undefined || channel === undefined) this.#drawRest();
      else {
        this.#drawn.push(place);
        this.#order.push(channel);
      }
    }
    return this.#order[index];
  }

  #drawOne(): number | undefined {
    const { names, draw } = this.#weighted;
    const { covers, share } = this.#facts;
    if (this.#drawn.length >= names.length) return undefined;
    for (let miss = 0; miss < patience; miss += 1) {
      const place = draw(this.#random);
      const channel = names[place];
      if (channel === undefined || this.#drawn.includes(place) || !covers(channel)) continue;
      const chance = share?.(channel) ?? 1;
      if (chance === 1 || this.#random() < chance) return place;
    }
    return undefined;
  }

  #drawRest(): void {
    const { names, weights, lastInLine } = this.#weighted;
    const { covers, share } = this.#facts;
    const drawn = new Set(this.#drawn);
    const left = names.flatMap((channel, place) => {
      if (drawn.has(place) || !covers(channel)) return [];
      return [{ channel, weight: (weights[place] ?? 0) * (share?.(channel) ?? 1) }];
    });
    this.#order.push(...orderByWeight(left, this.#random), ...lastInLine.filter((name) => covers(name)));
    this.#complete = true;
  }
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
