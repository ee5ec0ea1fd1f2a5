import type { AttemptTime, Candidate, Draft, Message, Route, Sought } from '@waystation/core';
import type { SendChannel } from '../pool/send-channel.ts';
import { mappedName } from '../provider/mapped-name.ts';

/** One attempt as it is searched for. */
export interface SoughtAttempt {
  readonly messageId: string;
  readonly candidate: Pick<Candidate, 'channel' | 'host' | 'account'>;
  readonly sought: Sought;
  readonly time: AttemptTime;
  /** Whether every host of the account shows the same records. */
  readonly recordsShared: boolean;
}

/** The OutId that a message is sent with, and whether nobody else can have sent it. */
export interface SentOutId {
  readonly outId: string;
  readonly unique: boolean;
}

/** Longer ones are refused by the provider. */
const maxOutId = 255;

/** The caller's OutId, with the message's id behind it where the route says so; without one, the id itself. */
export function outIdOf({ outId }: Message, id: string, route: Pick<Route, 'outId'>): SentOutId {
  if (outId === undefined || outId === '') return { outId: id, unique: true };
  const own = `${outId}~${id}`;
  // What the provider would refuse helps nobody.
  return route.outId === 'suffix' && own.length <= maxOutId
    ? { outId: own, unique: true }
    : { outId, unique: false };
}

/** How a message looks in the records of a channel. */
export function soughtOf(message: Message, channel: SendChannel, sent: SentOutId): Sought {
  const templateCode = mappedName(channel.channel.templateCodes, message.templateCode);
  const { values, valuesByNumber } = valuesOf(message);
  const sought: Draft<Sought> = {
    e164: message.e164,
    templateCode,
    outId: sent.outId,
    unique: sent.unique,
    values,
  };
  if (valuesByNumber !== undefined) sought.valuesByNumber = valuesByNumber;
  return sought;
}

/** What a message's texts say that others do not. */
export function valuesOf({
  templateParam = {},
  e164,
  batch,
}: Message): Pick<Sought, 'values' | 'valuesByNumber'> {
  if (batch === undefined) return { values: Object.values(templateParam) };
  const valuesByNumber = new Map<string, readonly string[]>();
  for (const [index, number] of e164.entries()) {
    const values = Object.values(batch.texts[index]?.templateParam ?? {});
    // Which of its texts a record of this number is cannot be told.
    valuesByNumber.set(number, valuesByNumber.has(number) ? [] : values);
  }
  return { values: [], valuesByNumber };
}

/** Whether the records of a channel's account are the same at every host. */
export function sharesRecords({ channel }: SendChannel): boolean {
  return channel.provider === 'aliyun' && channel.recordsShared;
}
