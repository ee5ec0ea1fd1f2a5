import { askedNumber } from '@waystation/core';
import type { Clock, RecordRow } from '@waystation/core';
import type { ChannelCallResult, SendChannel } from '../pool/send-channel.ts';
import { readRecordsPage } from './records-page.ts';

const pageSize = 50;
/** Records of one number on one day that are read at most, in pages. */
const maxPages = 20;

/** A clock that shows a later time cannot be reckoned with: its days have no names. */
const lastTime = Date.UTC(9999, 0);

/** What is asked: the records of a number on a day, by one channel. */
export interface RecordsQuestion {
  readonly channel: SendChannel;
  /** In E.164. */
  readonly number: string;
  readonly day: string;
}

/** Bounds of one request. */
export interface RequestLimits {
  readonly connectMs: number;
  readonly readMs: number;
}

/** Every record of the number on the day, or why there is no answer. */
export type RecordsReply =
  | {
      readonly answered: true;
      /** Right before the first request. */
      readonly askedAt: number;
      readonly receivedAt: number;
      readonly hostTime?: number;
      readonly rows: readonly RecordRow[];
    }
  | { readonly answered: false; readonly reason: string };

/** Waits for the turn of one request and makes it. */
export type InTurn = (request: () => Promise<ChannelCallResult>) => Promise<ChannelCallResult>;

/** Asks for all pages. Pages that do not make a whole are no answer. */
export async function askRecords(
  question: RecordsQuestion,
  limits: RequestLimits,
  clock: Clock,
  inTurn: InTurn,
): Promise<RecordsReply> {
  const rows: RecordRow[] = [];
  let askedAt: number | undefined;
  let first: { readonly total: number } | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    const result = await inTurn(() => {
      askedAt ??= clock.now();
      return askPage(question, page, limits, clock);
    });
    if (!result.answered) return { answered: false, reason: `a question had no answer: ${result.reason}` };
    const read = readRecordsPage(result.status, result.body);
    if (!read.ok) return { answered: false, reason: `a question had no answer: ${read.reason}` };
    first ??= { total: read.total };
    // A record that came in between has moved the others: some may be seen twice, and the next question is soon.
    if (read.total !== first.total) return { answered: false, reason: 'records came in between two pages' };
    rows.push(...read.rows);
    if (rows.length >= read.total) {
      const { hostTime } = result;
      const at = { askedAt: askedAt ?? clock.now(), receivedAt: clock.now() };
      const told = hostTime !== undefined && Math.abs(hostTime) < lastTime;
      return { answered: true, ...at, ...(told && { hostTime }), rows };
    }
    if (read.rows.length === 0)
      return { answered: false, reason: 'the pages hold fewer records than they say' };
  }
  return { answered: false, reason: `more than ${String(maxPages * pageSize)} records of one day` };
}

function askPage(
  { channel, number, day }: RecordsQuestion,
  page: number,
  { connectMs, readMs }: RequestLimits,
  clock: Clock,
): Promise<ChannelCallResult> {
  const call = {
    action: 'QuerySendDetails',
    parameters: {
      PhoneNumber: askedNumber(number),
      SendDate: day,
      PageSize: String(pageSize),
      CurrentPage: String(page),
    },
    deadline: clock.now() + connectMs + readMs,
    connectMs,
    readMs,
  };
  return (
    channel.ask?.(call) ??
    Promise.resolve({ answered: false, written: false, reason: 'its provider cannot be asked' })
  );
}
