import { z } from 'zod';
import { channelSchema } from './channel.ts';
import { namePattern } from './keys.ts';
import { routeSchema } from './route.ts';

/** The version of the document that this program writes, and the newest that it reads. */
export const schemaVersion = 1;

const ms = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);

const over = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reject') }),
  z.strictObject({ kind: z.literal('wait'), maxMs: z.int().min(1).max(60_000) }),
  z.strictObject({ kind: z.literal('fallback'), route: z.string().min(1) }),
]);
const window = z.strictObject({
  windowMs: z
    .int()
    .min(1000)
    .max(31 * 86_400_000),
  max: z.int().min(1).max(1_000_000),
});
const maxTracked = z.int().min(100).max(10_000_000).default(100_000);

/** The versioned document of a fleet: one schema for files, for etcd, and for the published JSON Schema. */
export const strategySchema = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  channels: z
    .record(
      z.string().regex(namePattern, 'a channel is called by 1–63 letters, digits, ".", "_" or "-"'),
      channelSchema,
    )
    .refine((channels) => Object.keys(channels).length > 0, 'must name at least one channel'),
  routes: z
    .array(routeSchema)
    .min(1)
    .max(10_000)
    .describe('First match wins; the last one must match everything.'),
  timeouts: z
    .strictObject({
      connectMs: ms(50, 60_000, 3000).describe('Ceiling for connecting.'),
      readMs: ms(50, 60_000, 5000).describe('Ceiling from the request written to the answer read.'),
      totalMs: ms(100, 60_000, 10_000).describe('Deadline of a send unless its caller says otherwise.'),
      compatTotalMs: ms(100, 60_000, 2500).describe('Deadline of a send through the Aliyun-compatible API.'),
    })
    .prefault({}),
  race: z.strictObject({ delayMs: ms(10, 60_000, 250) }).prefault({}),
  retry: z
    .strictObject({
      maxAttempts: z.int().min(1).max(10).default(3),
      baseDelayMs: ms(1, 60_000, 100),
      maxDelayMs: ms(1, 60_000, 2000),
      budgetPercent: z.number().min(0).max(100).default(20),
    })
    .prefault({}),
  reconcile: z
    .strictObject({
      firstMs: ms(0, 60_000, 500),
      intervalMs: ms(100, 600_000, 2000),
      settleMs: ms(0, 600_000, 3000),
      budgetMs: ms(1000, 3_600_000, 60_000),
      perSecond: z.int().min(1).max(5000).default(50),
      maxConcurrent: z.int().min(1).max(1000).default(20),
    })
    .prefault({}),
  health: z
    .strictObject({
      probe: z
        .strictObject({
          kind: z.enum(['http', 'tcp', 'api', 'off']).default('http'),
          intervalMs: ms(500, 3_600_000, 5000),
          timeoutMs: ms(50, 60_000, 2000),
          retries: z.int().min(1).max(20).default(3),
        })
        .prefault({}),
      threshold: z.int().min(1).max(89).default(80),
      goodMs: ms(1, 60_000, 500),
      badMs: ms(1, 60_000, 3000),
      ejection: z
        .strictObject({
          consecutiveTimeouts: z.int().min(1).max(1000).default(3),
          consecutiveFailures: z.int().min(1).max(1000).default(5),
          baseMs: ms(100, 3_600_000, 30_000),
          maxMs: ms(100, 86_400_000, 300_000),
        })
        .prefault({}),
    })
    .prefault({}),
  failback: z
    .strictObject({ stableMs: ms(0, 86_400_000, 60_000), slowStartMs: ms(0, 3_600_000, 30_000) })
    .prefault({}),
  limits: z
    .strictObject({
      routes: z
        .record(
          z.string().min(1),
          z.strictObject({
            perSecond: z.number().min(0.01).max(1_000_000),
            burst: z.int().min(1).max(1_000_000).optional(),
            over: over.default({ kind: 'reject' }),
          }),
        )
        .default({}),
      channels: z
        .record(
          z.string().min(1),
          z.strictObject({
            perSecond: z.number().min(0.01).max(1_000_000).optional(),
            burst: z.int().min(1).max(1_000_000).optional(),
            maxInFlight: z.int().min(1).max(10_000).optional(),
          }),
        )
        .default({}),
      numbers: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('off'), maxTracked }),
          z.strictObject({ kind: z.literal('windows'), windows: z.array(window).min(1).max(10), maxTracked }),
          z.strictObject({ kind: z.literal('aliyun-otp'), maxTracked }),
        ])
        .prefault({ kind: 'off' }),
    })
    .prefault({}),
});

/** A strategy with every default filled in. */
export type Strategy = z.output<typeof strategySchema>;

/** A strategy as people write it: what has a default may be left out. */
export type StrategyInput = z.input<typeof strategySchema>;
