import type { Random } from '../clock.ts';
import type { Order } from './order.ts';
import type { Ordering, OrderingFacts } from './picker.ts';
import { weightedRandom } from './weighted-random.ts';

/**
 * Two random choices: of two channels drawn at random the faster comes first, so that nobody herds to the one that
 * was fastest a moment ago. The other competes with the next that is drawn. One of which nothing is known counts
 * as the fastest: it becomes known by being used. One that is coming back competes as often as its share says, however
 * fast it is, else it stands after all others.
 */
export function lowestLatency(channels: readonly string[]): Ordering {
  const drawAny = weightedRandom(channels.map((channel) => ({ channel, weight: 1 })));
  return (facts, random) => {
    const { covers } = facts;
    return new LatencyOrder(drawAny({ covers }, random), facts, random);
  };
}

/** The faster of two, again and again, as far as it is asked for. */
class LatencyOrder implements Order<string> {
  readonly #drawn: Order<string>;
  readonly #facts: OrderingFacts;
  readonly #random: Random;
  readonly #order: string[] = [];
  /** Those that are coming back and whose turn it is not. */
  readonly #later: string[] = [];
  #held: string | undefined;
  #next = 0;

  constructor(drawn: Order<string>, facts: OrderingFacts, random: Random) {
    this.#drawn = drawn;
    this.#facts = facts;
    this.#random = random;
  }

  at(index: number): string | undefined {
    const { latency } = this.#facts;
    while (this.#order.length <= index) {
      this.#held ??= this.#draw() ?? this.#later.shift();
      if (this.#held === undefined) break;
      const other = latency === undefined ? undefined : this.#draw();
      const otherWins = other !== undefined && (latency?.(other) ?? 0) < (latency?.(this.#held) ?? 0);
      this.#order.push(otherWins ? other : this.#held);
      if (!otherWins) this.#held = other;
    }
    return this.#order[index];
  }

  #draw(): string | undefined {
    const { share } = this.#facts;
    for (;;) {
      const channel = this.#drawn.at(this.#next);
      if (channel === undefined) return undefined;
      this.#next += 1;
      const chance = share?.(channel) ?? 1;
      if (chance === 1 || this.#random() < chance) return channel;
      this.#later.push(channel);
    }
  }
}
