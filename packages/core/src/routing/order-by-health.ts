import type { Random } from '../clock.ts';
import { healthTiers } from '../health/health-view.ts';
import type { HealthTier, HealthView } from '../health/health-view.ts';
import { chainOrders } from './order.ts';
import type { Order } from './order.ts';
import type { Ordering } from './picker.ts';

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
  const { standings } = health;
  const latency = (channel: string) => health.latencyOf(channel);
  if (standings.size === 0) return ordering({ covers, latency }, random);
  const share = (channel: string) => standings.get(channel)?.share ?? 1;
  const within = (tier: HealthTier) => (): Order<string> =>
    ordering(
      {
        covers: (channel) => (standings.get(channel)?.tier ?? 'well') === tier && covers(channel),
        latency,
        share,
      },
      random,
    );
  return chainOrders(healthTiers.map(within));
}
