import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readAliyunAnswer } from './aliyun-answer.ts';

/** What is read, said as a schema. */
const answerShape = z.object({
  Code: z.string().min(1).max(256),
  Message: z.string().optional().catch(undefined),
  BizId: z.string().max(256).optional().catch(undefined),
  RequestId: z.string().max(256).optional().catch(undefined),
});
const field = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.integer({ min: 255, max: 257 }).map((length) => 'x'.repeat(length)),
  fc.jsonValue({ maxDepth: 1 }),
);
const body = fc.oneof(
  fc
    .record(
      { Code: field, Message: field, BizId: field, RequestId: field, Data: field },
      { requiredKeys: [] },
    )
    .map((answer) => JSON.stringify(answer)),
  fc.json({ maxDepth: 2 }),
  fc.string(),
);

describe('readAliyunAnswer', () => {
  it('reads what the schema takes, and nothing else', () => {
    fc.assert(
      fc.property(body, (text) => {
        let document: unknown;
        try {
          document = JSON.parse(text);
        } catch {
          document = undefined;
        }
        const { Code, Message, BizId, RequestId } = answerShape.safeParse(document).data ?? {};
        expect(readAliyunAnswer(text)).toEqual({
          code: Code,
          message: Message,
          bizId: BizId,
          requestId: RequestId,
        });
      }),
      { numRuns: 500 },
    );
  });
});
