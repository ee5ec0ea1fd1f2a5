import { readSendDate } from '@waystation/core';
import type { RecordRow } from '@waystation/core';
import * as z from 'zod';
import { readJson } from '../provider/read-json.ts';

/** A larger number is another one by the time it is read. */
const text = z.union([z.string(), z.int().transform(String)]);
const absentText = z.union([z.null(), z.undefined()]).transform(() => '');
const rowShape = z.object({
  PhoneNum: text,
  TemplateCode: text.catch(''),
  OutId: z.union([text, absentText]),
  SendDate: z.string().catch(''),
  Content: z.string().optional().catch(undefined),
});
const pageShape = z.object({
  Code: z.literal('OK'),
  TotalCount: z
    .union([z.string().regex(/^\d+$/), z.number()])
    .transform(Number)
    .pipe(z.int().min(0)),
  SmsSendDetailDTOs: z.object({ SmsSendDetailDTO: z.array(rowShape) }).optional(),
});
const refusalShape = z.object({ Code: z.string().min(1).max(128) });

/** One page of QuerySendDetails, or why it is none. */
export type RecordsPage =
  | { readonly ok: true; readonly total: number; readonly rows: readonly RecordRow[] }
  | { readonly ok: false; readonly reason: string };

/** Reads one answer. Whatever is not wholly understood is no answer: absence must not be read out of it. */
export function readRecordsPage(status: number, body: string): RecordsPage {
  const document = readJson(body);
  const page = pageShape.safeParse(document);
  if (!page.success || status >= 300) {
    const code = refusalShape.safeParse(document).data?.Code;
    return { ok: false, reason: `it was answered with ${code ?? `status ${String(status)}`}` };
  }
  const { TotalCount: total, SmsSendDetailDTOs: details } = page.data;
  const rows = (details?.SmsSendDetailDTO ?? []).map(rowOf);
  if (total > 0 && details === undefined) return { ok: false, reason: 'its answer lacks the records' };
  return { ok: true, total, rows };
}

function rowOf({ PhoneNum, TemplateCode, OutId, SendDate, Content }: z.output<typeof rowShape>): RecordRow {
  const sentAt = readSendDate(SendDate);
  return {
    phoneNumber: PhoneNum,
    templateCode: TemplateCode,
    outId: OutId,
    ...(sentAt !== undefined && { sentAt }),
    ...(Content !== undefined && { content: Content }),
  };
}
