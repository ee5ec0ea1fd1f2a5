import type { Draft, DraftText } from './prepare-texts.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';

type Parameters = ReadonlyMap<string, string>;

const MAX_NUMBERS = 1000;
const MAX_BATCH = 100;

/** The parameters of a SendSms: one sign and one set of values for up to 1,000 numbers. */
export function readSendSms(parameters: Parameters): Draft | Refusal {
  const absent = firstMissing(parameters, ['PhoneNumbers', 'SignName', 'TemplateCode']);
  if (absent !== undefined) return absent;
  const numbers = (parameters.get('PhoneNumbers') ?? '').split(',');
  if (numbers.length > MAX_NUMBERS) return refuse('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制');
  const common = {
    signName: parameters.get('SignName') ?? '',
    ...named('templateParam', parameters.get('TemplateParam')),
    ...named('extendCode', parameters.get('SmsUpExtendCode')),
  };
  return draft(
    parameters,
    numbers.map((phoneNumber) => ({ phoneNumber, ...common })),
  );
}

/** The parameters of a SendBatchSms: lists of equal length, up to 100, a sign and values for each number. */
export function readSendBatchSms(parameters: Parameters): Draft | Refusal {
  const absent = firstMissing(parameters, ['PhoneNumberJson', 'SignNameJson', 'TemplateCode']);
  if (absent !== undefined) return absent;
  const numbers = readList(parameters.get('PhoneNumberJson'));
  const signs = readList(parameters.get('SignNameJson'));
  const values = readList(parameters.get('TemplateParamJson'));
  const codes = readList(parameters.get('SmsUpExtendCodeJson'));
  if (numbers === undefined || signs === undefined || values === undefined || codes === undefined) {
    return refuse('isv.INVALID_JSON_PARAM', 'JSON参数不合法，只接受字符串值');
  }
  if (numbers.length > MAX_BATCH) return refuse('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制');
  if (numbers.length === 0) return refuse('isv.MOBILE_NUMBER_ILLEGAL', '手机号码为空');
  const uneven = [signs, values, codes].some(
    (list, at) => list.length !== numbers.length && (at === 0 || list.length > 0),
  );
  if (uneven) return refuse('isv.INVALID_PARAMETERS', '手机号、签名、模板变量的个数不一致');
  const texts = numbers.map((phoneNumber, at): DraftText => ({
    phoneNumber,
    signName: signs[at] ?? '',
    ...named('templateParam', values[at]),
    ...named('extendCode', codes[at]),
  }));
  return draft(parameters, texts);
}

function draft(parameters: Parameters, texts: readonly DraftText[]): Draft {
  return {
    templateCode: parameters.get('TemplateCode') ?? '',
    ...named('outId', parameters.get('OutId')),
    texts,
  };
}

function firstMissing(parameters: Parameters, names: readonly string[]): Refusal | undefined {
  const absent = names.find((name) => (parameters.get(name) ?? '') === '');
  return absent === undefined ? undefined : missing(absent);
}

function named<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { [key in Name]?: string });
}

/** A JSON list of strings, where a value that is an object stands for its own text; undefined when it is none. */
function readList(json: string | undefined): readonly string[] | undefined {
  if (json === undefined || json === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const items = parsed.map((item: unknown) => {
    if (typeof item === 'string') return item;
    return typeof item === 'object' && item !== null ? JSON.stringify(item) : undefined;
  });
  return items.every((item) => item !== undefined) ? items : undefined;
}
