import type { Clock, ConfigStore, FeedOptions, Random } from '@waystation/core';
import type { ListenAddress } from './http/listen-address.ts';
import type { AgentLogger } from './log/logger.ts';
import type { BootClock } from './reconcile/boot-clock.ts';
import type { SendSide } from './status/send-side.ts';

/** What an agent is built from. */
export interface AgentDependencies {
  readonly sendSide: SendSide;
  /** Opens the configured store; called after the ports are open, and never in file mode. */
  readonly openStore: () => Promise<ConfigStore>;
  readonly clock: Clock;
  /** A clock that outlives this process; absent: nobody knows how long ago an earlier process did something. */
  readonly bootClock?: BootClock | undefined;
  readonly random: Random;
  readonly log: AgentLogger;
  readonly version: string;
}

/** Details that tests and careful operators set. */
export interface AgentTuning {
  readonly feedPace?: Partial<Omit<FeedOptions, 'keys'>>;
  readonly filePollMs?: number;
}

/** Where a started agent listens. */
export interface AgentAddresses {
  readonly api: ListenAddress;
  readonly admin: ListenAddress;
}
