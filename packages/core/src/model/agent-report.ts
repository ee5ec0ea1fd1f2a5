import * as z from 'zod';

/** What an agent says of itself under its lease (`agents/{agentId}`), on change and at most once a second. */
export const agentReportSchema = z.object({
  schemaVersion: z.literal(1),
  agentId: z.string(),
  version: z.string(),
  hostname: z.string(),
  startedAt: z.iso.datetime(),
  labels: z.record(z.string(), z.string()),
  /** What it routes by; absent while it has no strategy. */
  routing: z
    .object({
      revision: z.int(),
      digest: z.string(),
      source: z.enum(['etcd', 'cache', 'file']),
      appliedAt: z.iso.datetime(),
    })
    .optional(),
  /** The newest strategy that it refused, and why; absent once it applied a later one. */
  refused: z.object({ revision: z.int(), reason: z.string(), at: z.iso.datetime() }).optional(),
  /** Channel → state. */
  channels: z.record(
    z.string(),
    z.object({
      host: z.string(),
      drained: z.boolean(),
      /** Its health (`healthy`, `ejected`, …); absent in reports of older agents. */
      health: z.string().optional(),
      /** What says most of it (`blocked`, `limited`, …, else its health); absent in reports of older agents. */
      state: z.string().optional(),
      /** Why it is in that state; absent of a healthy one. */
      why: z.string().optional(),
      /** The provider's code of a block. */
      code: z.string().optional(),
      /** When a block or an ejection ends, at the earliest. */
      until: z.iso.datetime().optional(),
    }),
  ),
  counts: z.object({ accepted: z.int(), failed: z.int(), unknown: z.int() }),
});

export type AgentReport = z.output<typeof agentReportSchema>;
