import type { Instant } from '../clock.ts';
import { newChannelHealth } from './channel-health.ts';
import type { ChannelHealth } from './channel-health.ts';
import type { DecayedLatency } from './decayed-latency.ts';
import { SampleWindow } from './sample-window.ts';

/** A channel to be watched. */
export interface WatchedChannel {
  readonly name: string;
  /** `host:port`; channels of one host share its connection faults and probes. */
  readonly host: string;
  readonly drained: boolean;
}

/** A watched channel with what is known of it. */
export interface Watched extends WatchedChannel {
  drained: boolean;
  sharing: HostShare;
  health: ChannelHealth;
  readonly samples: SampleWindow;
  accepted?: DecayedLatency;
  probed?: DecayedLatency;
  inFlight: number;
}

/** The channels of one host, which share its connection faults and its probe. */
export interface HostShare {
  readonly channels: Watched[];
  /** Those with faults since their last answer: few, and all that the answer to another one concerns. */
  readonly struck: Set<Watched>;
}

/** A channel of which nothing is known yet. */
export function beginWatching(channel: WatchedChannel, sharing: HostShare, at: Instant): Watched {
  return { ...channel, sharing, health: newChannelHealth(at), samples: new SampleWindow(), inFlight: 0 };
}
