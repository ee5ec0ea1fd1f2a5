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
  const { appearMs, shared, masked } = history.records;
  const rows = phones
    .all()
    .filter(({ channel, takenAt, takenWall }) => {
      const place = history.channels.find((_, at) => channelName(at) === channel);
      const here = place?.account === asked.account && (shared || place.host === asked.host);
      return here && takenAt + appearMs <= asked.now && dayOf(takenWall) === query.get('SendDate');
    })
    .map((text) => rowOf(text, masked));
  const size = Number(query.get('PageSize'));
  const from = (Number(query.get('CurrentPage')) - 1) * size;
  return {
    Code: 'OK',
    Message: 'OK',
    TotalCount: rows.length,
    SmsSendDetailDTOs: { SmsSendDetailDTO: rows.slice(from, from + size) },
  };
}

function rowOf({ tag, outId, phoneNumber, takenWall }: Text, masked: boolean) {
  return {
    PhoneNum: phoneNumber,
    TemplateCode: 'SMS_1',
    OutId: outId,
    SendDate: new Date(takenWall + shanghaiMs).toISOString().slice(0, 19).replace('T', ' '),
    SendStatus: 1,
    Content: masked ? 'code ****' : `code ${tag} of yours`,
  };
}

function dayOf(wall: number): string {
  return new Date(wall + shanghaiMs).toISOString().slice(0, 10).replaceAll('-', '');
}
