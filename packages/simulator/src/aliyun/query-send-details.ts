import type { Records } from '../config/simulator-config.ts';
import type { SendRecord, SendRecords } from '../ledger/send-records.ts';
import { shanghaiDay, shanghaiTime, startOfShanghaiDay } from '../shanghai-time.ts';
import type { AnswerTree, Fulfilled } from './answer.ts';
import { readPhoneNumber, writePhoneNumber } from './phone-number.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';

const MAX_PAGE_SIZE = 50;
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/** A query as asked. */
interface DetailsQuery {
  readonly phoneNumber: string;
  readonly day: string;
  readonly pageSize: number;
  readonly page: number;
  readonly bizId?: string;
}

/** Who asks, where and when. */
export interface QueryScene {
  readonly account: string;
  readonly region: string;
  /** Simulator's clock. */
  readonly at: number;
  /** The region's clock. */
  readonly regionAt: number;
}

/** The answer to QuerySendDetails without its request id: newest first, one page. */
export function querySendDetails(
  parameters: ReadonlyMap<string, string>,
  records: SendRecords,
  settings: Records,
  scene: QueryScene,
): Fulfilled | Refusal {
  const query = readQuery(parameters, scene.regionAt);
  if ('code' in query) return query;
  const rows = records
    .of(scene.account, query.phoneNumber)
    .filter((record) => settings.shared || record.region === scene.region)
    .filter((record) => scene.at - record.at >= settings.appearAfterMs)
    .filter((record) => shanghaiDay(record.sentAt) === query.day)
    .filter((record) => query.bizId === undefined || record.bizId === query.bizId)
    .reverse();
  const start = (query.page - 1) * query.pageSize;
  const shown = rows.slice(start, start + query.pageSize).map((record) => row(record, settings, scene.at));
  return {
    tree: {
      TotalCount: String(rows.length),
      Message: 'OK',
      SmsSendDetailDTOs: { SmsSendDetailDTO: shown },
      Code: 'OK',
    },
  };
}

function readQuery(parameters: ReadonlyMap<string, string>, regionAt: number): DetailsQuery | Refusal {
  const absent = ['PhoneNumber', 'SendDate', 'PageSize', 'CurrentPage'].find(
    (name) => (parameters.get(name) ?? '') === '',
  );
  if (absent !== undefined) return missing(absent);
  const number = readPhoneNumber(parameters.get('PhoneNumber') ?? '');
  if (number === undefined) return refuse('isv.MOBILE_NUMBER_ILLEGAL', '手机号码格式错误');
  const day = parameters.get('SendDate') ?? '';
  const start = startOfShanghaiDay(day);
  const age = start === undefined ? undefined : regionAt - start;
  if (age === undefined || age > (KEPT_DAYS + 1) * DAY_MS || age < -DAY_MS) {
    return refuse('isv.INVALID_PARAMETERS', 'SendDate 格式为yyyyMMdd，支持查询最近30天的记录');
  }
  const pageSize = wholeNumber(parameters.get('PageSize'));
  if (pageSize === undefined || pageSize > MAX_PAGE_SIZE) {
    return refuse('isv.INVALID_PARAMETERS', 'PageSize 取值范围为1~50');
  }
  const page = wholeNumber(parameters.get('CurrentPage'));
  if (page === undefined) return refuse('isv.INVALID_PARAMETERS', 'CurrentPage 从1开始');
  const bizId = parameters.get('BizId');
  return {
    phoneNumber: number.e164,
    day,
    pageSize,
    page,
    ...(bizId === undefined || bizId === '' ? {} : { bizId }),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function row(record: SendRecord, settings: Records, at: number): AnswerTree {
  const delivered = at - record.at >= settings.deliverAfterMs;
  const number = writePhoneNumber(record.phoneNumber);
  const masked = settings.mask !== 'none';
  return {
    ErrCode: delivered ? 'DELIVERED' : '',
    TemplateCode: record.templateCode,
    OutId: record.outId ?? '',
    ...(delivered ? { ReceiveDate: shanghaiTime(record.sentAt + settings.deliverAfterMs) } : {}),
    SendDate: shanghaiTime(record.sentAt),
    PhoneNum: masked ? `${number.slice(0, -8)}****${number.slice(-4)}` : number,
    Content: settings.mask === 'numbers-and-content' ? maskValues(record) : record.content,
    SendStatus: delivered ? 3 : 1,
  };
}

function maskValues(record: SendRecord): string {
  return record.values.reduce(
    (content, value) => content.replaceAll(value, '*'.repeat(value.length)),
    record.content,
  );
}
