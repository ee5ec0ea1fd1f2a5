import type { RecordRow } from './record-row.ts';
import type { SentBetween, Sought } from './sought.ts';

/**
 * Whether a record is of an attempt: `evident` it is; `possible` nothing speaks against it and nothing proves it;
 * `other` it is somebody else's.
 */
export type RowFit = 'evident' | 'possible' | 'other';

/** Records are dated in whole seconds, and a request may be worked off after its caller has gone. */
const slack = { beforeMs: 2000, afterMs: 30_000 } as const;
/** A shorter value stands in many a text by accident. */
const tellingLength = 4;

/** Judges one record among those of `number`. `between` is when the attempt was made; absent: nobody knows. */
export function fitOf(
  row: RecordRow,
  sought: Sought,
  number: string,
  between: SentBetween | undefined,
): RowFit {
  if (row.outId !== sought.outId) return 'other';
  const agrees = row.templateCode === sought.templateCode && sameNumber(row.phoneNumber, number);
  // Nobody else sends this OutId: what does not agree is not understood, and no proof that it is not there.
  if (sought.unique) return agrees ? 'evident' : 'possible';
  if (!agrees) return 'other';
  if (row.sentAt !== undefined && between !== undefined) {
    if (row.sentAt < between.from - slack.beforeMs || row.sentAt > between.to + slack.afterMs) return 'other';
  }
  const text = contentFit(row.content, sought.valuesByNumber?.get(number) ?? sought.values);
  const dated = row.sentAt !== undefined && between !== undefined;
  return text === 'evident' && !dated ? 'possible' : text;
}

/** An OutId that many messages carry proves nothing: the text must hold what this message says. */
function contentFit(content: string | undefined, values: readonly string[]): RowFit {
  const telling = values.map(plain).filter((value) => value.length >= tellingLength);
  if (content === undefined || content === '' || telling.length === 0) return 'possible';
  const text = plain(content);
  if (telling.every((value) => text.includes(value))) return 'evident';
  return text.includes('*') ? 'possible' : 'other';
}

/** A provider may write a text in another normal form or with other spaces. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, '');
}

/** Whether a number as shown, perhaps masked by whatever sign, can be this one; it was asked for. */
function sameNumber(shown: string, e164: string): boolean {
  const digits = shown.replace(/^(\+|00)/, '').replace(/[\s-]/g, '');
  if (digits === '') return true;
  const full = e164.replace(/^\+/, '');
  const pattern = new RegExp(`^${digits.replace(/\D+/g, '\\d*')}$`);
  return pattern.test(full) || pattern.test(full.replace(/^86(?=1\d{10}$)/, ''));
}
