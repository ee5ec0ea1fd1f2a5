import { fleetEventSchema } from '@waystation/core';
import type { CallOptions, ConfigStore, FleetEvent, FleetKeys, Random, StoreWrite } from '@waystation/core';

/** Events kept per fleet; older ones go as new ones come. */
export const maxEvents = 1000;

/** Old events deleted at most with one new one: etcd bounds the operations of a transaction (128). */
const maxTrimmed = 20;

const maxSummary = 500;

/** What an event says besides who and when. */
export interface EventDraft {
  readonly type: string;
  readonly summary: string;
  readonly reason?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One event and the key it stands under. */
export interface StoredEvent {
  readonly key: string;
  readonly event: FleetEvent;
}

/** Makes an event of a draft; ids sort by time, dice keep two of one millisecond apart. */
export function makeEvent(draft: EventDraft, by: string, wallTime: number, random: Random): FleetEvent {
  const die = Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
  return {
    schemaVersion: 1,
    id: `${String(wallTime).padStart(15, '0')}-${die}`,
    type: draft.type,
    by,
    at: new Date(wallTime).toISOString(),
    ...(draft.reason === undefined ? {} : { reason: draft.reason }),
    summary: draft.summary.length > maxSummary ? `${draft.summary.slice(0, maxSummary - 1)}…` : draft.summary,
    ...(draft.data === undefined ? {} : { data: { ...draft.data } }),
  };
}

/** The fleet's events in order of time, those that no reader understands left out, and the store's revision. */
export async function listEvents(
  store: ConfigStore,
  keys: FleetKeys,
  options?: CallOptions,
): Promise<{ revision: number; events: readonly StoredEvent[] }> {
  const { revision, entries } = await store.list(keys.events, options);
  return { revision, events: entries.flatMap(({ key, value }) => parseEvent(key, value)) };
}

/** Zero or one event: a value written by something else is passed over. */
export function parseEvent(key: string, value: string): readonly StoredEvent[] {
  try {
    const parsed = fleetEventSchema.safeParse(JSON.parse(value));
    return parsed.success ? [{ key, event: parsed.data }] : [];
  } catch {
    return [];
  }
}

/** The writes that add an event and let go of the oldest beyond the bound. */
export function eventWrites(
  keys: FleetKeys,
  event: FleetEvent,
  existing: readonly StoredEvent[],
): readonly StoreWrite[] {
  const surplus = Math.max(0, existing.length + 1 - maxEvents);
  return [
    { type: 'put', key: keys.event(event.id), value: JSON.stringify(event) },
    ...existing
      .slice(0, Math.min(surplus, maxTrimmed))
      .map(({ key }): StoreWrite => ({ type: 'delete', key })),
  ];
}
