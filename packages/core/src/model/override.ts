import * as z from 'zod';

/** An operator's intervention on one channel, stored under `routing/overrides/{channel}`. */
export const overrideSchema = z.strictObject({
  kind: z.enum(['drain', 'pin']),
  reason: z.string().max(1000).optional(),
  by: z.string().max(200).optional(),
  at: z.iso.datetime().optional(),
  /** When its lease runs out, for people to read; the lease alone ends it. */
  until: z.iso.datetime().optional(),
});

export type Override = z.output<typeof overrideSchema>;
