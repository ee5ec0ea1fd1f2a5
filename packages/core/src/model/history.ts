import * as z from 'zod';

/** One strategy that ever was (`history/{seq}`). */
export const historyEntrySchema = z.object({
  schemaVersion: z.literal(1),
  seq: z.int().min(1),
  document: z.unknown(),
  digest: z.string(),
  /** Digest of the strategy before; absent for the first. */
  parent: z.string().optional(),
  by: z.string(),
  at: z.iso.datetime(),
  reason: z.string().optional(),
  /** What was done, e.g. `strategy apply`, `weights set`. */
  action: z.string(),
});

export type HistoryEntry = z.output<typeof historyEntrySchema>;

/** One entry of the fleet's audit trail (`events/{id}`); ids sort by time. */
export const fleetEventSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  type: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
  reason: z.string().optional(),
  /** In a sentence. */
  summary: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});

export type FleetEvent = z.output<typeof fleetEventSchema>;
