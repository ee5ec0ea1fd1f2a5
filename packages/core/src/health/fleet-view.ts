import type { Instant } from '../clock.ts';
import { shareOf } from './channel-health.ts';
import type { ChannelHealth, HealthRules } from './channel-health.ts';
import type { HealthView, Standing } from './health-view.ts';
import type { Watched } from './watched-channel.ts';

/** What picks go by, of these channels by name. */
export function viewOf(channels: ReadonlyMap<string, Watched>, rules: HealthRules, at: Instant): HealthView {
  const standings = new Map<string, Standing>();
  for (const { name, health, inFlight } of channels.values()) {
    const standing = { tier: tierOf(health, inFlight), share: shareOf(health, rules, at) };
    if (standing.tier !== 'well' || standing.share < 1) standings.set(name, standing);
  }
  return {
    standings,
    latencyOf: (name) => {
      const channel = channels.get(name);
      return (channel?.accepted ?? channel?.probed)?.ms;
    },
  };
}

/** Whether a view changes by time alone: the share of a channel that comes back grows. */
export function growsWithTime({ standings }: HealthView): boolean {
  for (const { share } of standings.values()) if (share < 1) return true;
  return false;
}

function tierOf({ state }: ChannelHealth, inFlight: number): Standing['tier'] {
  switch (state) {
    case 'healthy':
    case 'slow-start':
      return 'well';
    case 'degraded':
      return 'degraded';
    case 'ejected':
      return 'unwell';
    case 'probing':
      return inFlight === 0 ? 'well' : 'unwell';
  }
}
