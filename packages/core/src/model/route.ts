import * as z from 'zod';
import { namePattern } from './keys.ts';

const weight = z.number().min(0).max(1000);
const channelName = z.string().min(1);

/** How a route orders its channels. */
const policySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('primary-backup'),
    order: z.array(channelName).min(1).max(1000).describe('Primary first, then its backups.'),
  }),
  z.strictObject({
    kind: z.literal('weighted-random'),
    weights: z
      .record(channelName, weight)
      .refine((weights) => Object.keys(weights).length > 0, 'must name at least one channel')
      .describe('Channel → share, 0–1000. 0: never drawn, last in line for failover.'),
  }),
  z.strictObject({
    kind: z.literal('lowest-latency'),
    channels: z.array(channelName).min(1).max(1000).describe('In no particular order.'),
  }),
]);

export type Policy = z.output<typeof policySchema>;

/** Which messages go over which channels, and what happens where the outcome stays open. */
export const routeSchema = z.strictObject({
  name: z
    .string()
    .regex(namePattern, 'must be 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit')
    .describe('Names the route to people, metrics and limits; no two alike.'),
  match: z
    .strictObject({
      templateCodes: z.array(z.string().min(1)).min(1).max(10_000).optional(),
      signNames: z.array(z.string().min(1)).min(1).max(10_000).optional(),
      countryCodes: z
        .array(z.string().regex(/^[1-9]\d{0,2}$/, 'must be a country calling code, 1–3 digits'))
        .min(1)
        .optional(),
    })
    .optional()
    .describe('All that is given must agree, for every number; left out: every message.'),
  policy: policySchema,
  onUnknownOutcome: z
    .enum(['reconcile', 'resend', 'fail'])
    .default('reconcile')
    .describe('What follows an attempt that may have been sent.'),
  afterReconcile: z
    .enum(['resend', 'fail'])
    .default('resend')
    .describe('What follows proof that nothing was sent.'),
  afterInconclusive: z
    .enum(['fail', 'resend'])
    .default('fail')
    .describe('What follows a search without an answer.'),
  outId: z
    .enum(['keep', 'suffix'])
    .default('keep')
    .describe('suffix: sends caller~id in place of the caller’s OutId.'),
  dedupeMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe('Identical messages within it are one; 0: off.'),
});

export type Route = z.output<typeof routeSchema>;
