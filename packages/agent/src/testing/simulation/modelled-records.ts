import type { HttpRequest } from '../../provider/transport/http-message.ts';
import type { History } from './history.ts';
import { channelName } from './history.ts';
import type { Phones, Text } from './phones.ts';

const shanghaiMs = 8 * 3_600_000;

/** What a question is answered by. */
export interface RecordsParts {
  readonly phones: Phones;
  readonly history: Pick<History, 'channels' | 'records'>;
}

/** The body of an answer to QuerySendDetails by a host for an account, at a moment of virtual time. */
export function recordsBody(
  { phones, history }: RecordsParts,
  { path }: HttpRequest,
  asked: { readonly host: number; readonly account: number; readonly now: number },
): Readonly<Record<string, unknown>> {
  const query = new URL(path, 'http://provider').searchParams;
  const { shared } = history.records;
  const rows = phones
    .all()
    .filter(({ channel, takenWall }) => {
      const place = history.channels.find((_, at) => channelName(at) === channel);
      const here = place?.account === asked.account && (shared || place.host === asked.host);
      return here && dayOf(takenWall) === query.get('SendDate');
    })
    .flatMap((text) => rowsOf(text, query.get('PhoneNumber'), asked.now, history.records));
  const size = Number(query.get('PageSize'));
  const from = (Number(query.get('CurrentPage')) - 1) * size;
  return {
    Code: 'OK',
    Message: 'OK',
    TotalCount: rows.length,
    SmsSendDetailDTOs: { SmsSendDetailDTO: rows.slice(from, from + size) },
  };
}

/** The row of one number of a text; those of a list appear one after the other, and one of them perhaps never. */
function rowsOf(
  { outId, numbers, codes, takenAt, takenWall }: Text,
  phoneNumber: string | null,
  now: number,
  { appearMs, masked, unshown }: History['records'],
) {
  return numbers.flatMap((number, at) => {
    const appearsAt = takenAt + (appearMs * (at + 1)) / numbers.length;
    const hidden = numbers.length > 1 && at === placeOf(unshown, numbers.length);
    if (number !== phoneNumber || appearsAt > now || hidden) return [];
    return {
      PhoneNum: number,
      TemplateCode: 'SMS_1',
      OutId: outId,
      SendDate: new Date(takenWall + shanghaiMs).toISOString().slice(0, 19).replace('T', ' '),
      SendStatus: 1,
      Content: masked ? 'code ****' : `code ${codes[at] ?? ''} of yours`,
    };
  });
}

function placeOf(unshown: History['records']['unshown'], length: number): number | undefined {
  switch (unshown) {
    case 'none':
      return undefined;
    case 'first':
      return 0;
    case 'middle':
      return Math.floor((length - 1) / 2);
    case 'last':
      return length - 1;
  }
}

function dayOf(wall: number): string {
  return new Date(wall + shanghaiMs).toISOString().slice(0, 10).replaceAll('-', '');
}
