import { overrideSchema } from '@waystation/core';
import type { CallOptions, ConfigStore, FleetKeys, Override, Revision } from '@waystation/core';

/** One override as it stands in the store; a value that nobody can read counts as none. */
export interface StoredOverride {
  readonly channel: string;
  readonly modRevision: Revision;
  readonly override?: Override;
}

/** All overrides of the fleet, by channel. */
export async function listOverrides(
  store: ConfigStore,
  keys: FleetKeys,
  options?: CallOptions,
): Promise<ReadonlyMap<string, StoredOverride>> {
  const { entries } = await store.list(keys.overrides, options);
  return new Map(
    entries.map(({ key, value, modRevision }) => {
      const channel = key.slice(keys.overrides.length);
      const override = readOverride(value);
      return [channel, { channel, modRevision, ...(override === undefined ? {} : { override }) }];
    }),
  );
}

/** Reads one override; undefined for a value that this version cannot read. */
export function readOverride(value: string): Override | undefined {
  try {
    return overrideSchema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
