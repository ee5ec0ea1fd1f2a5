import type { Clock, ConfigStore, FleetKeys, Random } from '@waystation/core';

/** Who writes under one fleet's keys, and with what. */
export interface FleetWriter {
  readonly store: ConfigStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: FleetKeys;
  /** As history and events name who acts. */
  readonly author: string;
}
