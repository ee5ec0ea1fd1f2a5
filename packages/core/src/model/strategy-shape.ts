import * as z from 'zod';
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
    .max(31 * 86_400_000)
    .describe('Any stretch of this length.'),
  max: z.int().min(1).max(1000).describe('Messages to one number within it.'),
});
const burst = z
  .int()
  .min(1)
  .max(1_000_000)
  .describe('At once, after a quiet time; default: a second’s worth.');
const maxTracked = z.int().min(100).max(10_000_000).default(100_000);

/** What a channel may be called. */
export const channelNameSchema = z
  .string()
  .regex(namePattern, 'must be 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit');

/** Routes of a strategy at most. */
export const mostRoutes = 10_000;

/** The versioned document of a fleet, field by field: types, defaults, limits, and the published JSON Schema. */
export const strategyShape = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  channels: z
    .record(channelNameSchema, channelSchema)
    .refine((channels) => Object.keys(channels).length > 0, 'must name at least one channel'),
  routes: z
    .array(routeSchema)
    .min(1)
    .max(mostRoutes)
    .describe('First match wins; the last one must match everything.'),
  timeouts: z
    .strictObject({
      connectMs: ms(50, 60_000, 3000).describe('Ceiling for connecting.'),
      readMs: ms(50, 60_000, 5000).describe('Ceiling from the request written to the answer read.'),
      totalMs: ms(100, 60_000, 10_000).describe('Deadline of a send unless its caller says otherwise.'),
      compatTotalMs: ms(100, 60_000, 2500).describe('Deadline of a send through the Aliyun-compatible API.'),
    })
    .prefault({}),
  race: z
    .strictObject({
      delayMs: ms(10, 60_000, 250).describe(
        'Connecting for longer than this opens the next candidate’s connection beside it.',
      ),
    })
    .prefault({}),
  retry: z
    .strictObject({
      maxAttempts: z
        .int()
        .min(1)
        .max(10)
        .default(3)
        .describe('Attempts at one host and account, the first included.'),
      baseDelayMs: ms(1, 60_000, 100).describe('First back-off; doubles, with full jitter.'),
      maxDelayMs: ms(1, 60_000, 2000).describe('Longest back-off.'),
      budgetPercent: z
        .number()
        .min(0)
        .max(100)
        .default(20)
        .describe('Retries in percent of the sends of the last 10 s.'),
    })
    .prefault({}),
  reconcile: z
    .strictObject({
      firstMs: ms(0, 60_000, 500).describe('From the end of an attempt to the first question.'),
      intervalMs: ms(100, 600_000, 2000).describe('Between questions.'),
      settleMs: ms(0, 600_000, 3000).describe('Absence proves nothing sooner than this after the attempt.'),
      budgetMs: ms(1000, 3_600_000, 60_000).describe('After this the search ends without an answer.'),
      perSecond: z.int().min(1).max(5000).default(50).describe('Questions a second for each account.'),
      maxConcurrent: z.int().min(1).max(1000).default(20).describe('Questions under way for each account.'),
    })
    .prefault({}),
  health: z
    .strictObject({
      probe: z
        .strictObject({
          kind: z
            .enum(['http', 'tcp', 'api', 'off'])
            .default('http')
            .describe('http: an unsigned request; tcp: a connection; api: a signed read-only query.'),
          intervalMs: ms(500, 3_600_000, 5000).describe('Between probes, jittered.'),
          timeoutMs: ms(50, 60_000, 2000).describe('After this a probe has failed.'),
          retries: z.int().min(1).max(20).default(3).describe('Failed probes in a row that count.'),
        })
        .prefault({}),
      threshold: z
        .int()
        .min(1)
        .max(89)
        .default(80)
        .describe('Score 0–100; below it a channel is degraded and comes last.'),
      goodMs: ms(1, 60_000, 500).describe('Answers (p90) as fast as this cost no score.'),
      badMs: ms(1, 60_000, 3000).describe('Answers (p90) as slow as this cost 15 points.'),
      ejection: z
        .strictObject({
          consecutiveTimeouts: z.int().min(1).max(1000).default(3).describe('Timeouts in a row that eject.'),
          consecutiveFailures: z.int().min(1).max(1000).default(5).describe('Faults in a row that eject.'),
          baseMs: ms(100, 3_600_000, 30_000).describe('First ejection; doubles.'),
          maxMs: ms(100, 86_400_000, 300_000).describe('Longest ejection.'),
        })
        .prefault({}),
    })
    .prefault({}),
  failback: z
    .strictObject({
      stableMs: ms(0, 86_400_000, 60_000).describe('How long a channel must be well before it counts again.'),
      slowStartMs: ms(0, 3_600_000, 30_000).describe('From its return to its full share.'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      routes: z
        .record(
          z.string().min(1),
          z.strictObject({
            perSecond: z.number().min(0.01).max(1_000_000).describe('Sends a second.'),
            burst: burst.optional(),
            over: over.default({ kind: 'reject' }).describe('What becomes of those beyond it.'),
          }),
        )
        .default({}),
      channels: z
        .record(
          z.string().min(1),
          z.strictObject({
            perSecond: z.number().min(0.01).max(1_000_000).optional().describe('Attempts a second.'),
            burst: burst.optional(),
            maxInFlight: z
              .int()
              .min(1)
              .max(256)
              .optional()
              .describe('Attempts under way at once; without it 256.'),
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

/** All of it but channels and routes, which are many and may be looked at one by one. */
export const strategyFrameShape = strategyShape.omit({ channels: true, routes: true });

/** A strategy with every default filled in. */
export type Strategy = z.output<typeof strategyShape>;

/** A strategy as people write it: what has a default may be left out. */
export type StrategyInput = z.input<typeof strategyShape>;
