import type { Random } from '../clock.ts';
import { healthTiers } from '../health/health-view.ts';
import type { HealthTier, HealthView } from '../health/health-view.ts';
import type { Order } from './order.ts';
import type { Ordering, OrderingFacts } from './picker.ts';

/**
 * The well channels by the policy, then the degraded, then all others: each tier in the policy's own order or
 * weights, so that what follows when everything looks dead is what the policy wants.
 */
export function orderByHealth(
  ordering: Ordering,
  covers: (channel: string) => boolean,
  random: Random,
  health: HealthView | undefined,
): Order<string> {
  if (health === undefined) return ordering({ covers }, random);
  const { standings, latencyOf: latency } = health;
  if (standings.size === 0) return ordering({ covers, latency }, random);
  const share = (channel: string) => standings.get(channel)?.share ?? 1;
  const within = (tier: HealthTier): OrderingFacts => ({
    covers: (channel) => (standings.get(channel)?.tier ?? 'well') === tier && covers(channel),
    latency,
    share,
  });
  return new TieredOrder((tier) => ordering(within(tier), random));
}

/** The orders of the tiers as one, each begun only when those before it are used up. */
class TieredOrder implements Order<string> {
  readonly #orderOf: (tier: HealthTier) => Order<string>;
  readonly #order: string[] = [];
  #tier = 0;
  #current: Order<string> | undefined;
  #next = 0;

  constructor(orderOf: (tier: HealthTier) => Order<string>) {
    this.#orderOf = orderOf;
  }

  at(index: number): string | undefined {
    while (this.#order.length <= index) {
      const tier = healthTiers[this.#tier];
      if (tier === undefined) break;
      this.#current ??= this.#orderOf(tier);
      const channel = this.#current.at(this.#next);
      this.#next += 1;
      if (channel !== undefined) this.#order.push(channel);
      else {
        this.#tier += 1;
        this.#current = undefined;
        this.#next = 0;
      }
    }
    return this.#order[index];
  }
}
