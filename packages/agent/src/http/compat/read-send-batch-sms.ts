import { toE164 } from '@waystation/core';
import type { BatchText, Message } from '@waystation/core';
import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { Parameters } from './form-parameters.ts';
import { readTemplateParam } from './read-send-sms.ts';

const maxBatch = 100;

/** The parameters of SendBatchSms as one message, or why they are none; what the caller wrote stays as written. */
export function readSendBatchSms(parameters: Parameters): Message | CompatRefusal {
  const required = ['PhoneNumberJson', 'SignNameJson', 'TemplateCode'].find((name) => !parameters.get(name));
  if (required !== undefined) return missing(required);
  const text = (name: string): string => parameters.get(name) ?? '';
  const lists = ['PhoneNumberJson', 'SignNameJson', 'TemplateParamJson', 'SmsUpExtendCodeJson'].map((name) =>
    readList(text(name)),
  );
  if (lists.some((list) => list === undefined)) return refuse('isv.INVALID_JSON_PARAM', noLists);
  const [phoneNumbers = [], signs = [], params = [], codes = []] = lists.map((list) => list ?? []);
  const wrong = wrongCount(phoneNumbers.length, signs.length, [params.length, codes.length]);
  if (wrong !== undefined) return wrong;
  const e164: string[] = [];
  for (const [index, written] of phoneNumbers.entries()) {
    const number = toE164(written.trim());
    if (number === undefined) {
      return refuse('isv.MOBILE_NUMBER_ILLEGAL', `Number ${String(index + 1)} is not a valid phone number.`);
    }
    e164.push(number);
  }
  const texts: BatchText[] = [];
  for (const [index, signName] of signs.entries()) {
    const read = readTemplateParam(params[index] ?? '');
    if (read === undefined) return refuse('isv.INVALID_JSON_PARAM');
    const { templateParam } = read;
    const smsUpExtendCode = codes[index] ?? '';
    texts.push({
      signName,
      ...(templateParam !== undefined && { templateParam }),
      ...(smsUpExtendCode !== '' && { smsUpExtendCode }),
    });
  }
  return {
    phoneNumbers,
    e164,
    templateCode: text('TemplateCode'),
    ...(texts[0] ?? { signName: '' }),
    ...(text('OutId') !== '' && { outId: text('OutId') }),
    batch: {
      texts,
      written: {
        phoneNumbers: text('PhoneNumberJson'),
        ...(params.length > 0 && { templateParams: text('TemplateParamJson') }),
        ...(codes.length > 0 && { smsUpExtendCodes: text('SmsUpExtendCodeJson') }),
      },
    },
  };
}

const noLists = 'PhoneNumberJson, SignNameJson and TemplateParamJson must be JSON lists of text.';

function wrongCount(numbers: number, signs: number, others: readonly number[]): CompatRefusal | undefined {
  if (numbers === 0) return refuse('isv.MOBILE_NUMBER_ILLEGAL', 'PhoneNumberJson holds no number.');
  if (numbers > maxBatch) {
    return refuse('isv.MOBILE_COUNT_OVER_LIMIT', `A batch takes at most ${String(maxBatch)} phone numbers.`);
  }
  const even = signs === numbers && others.every((count) => count === 0 || count === numbers);
  return even ? undefined : refuse('isv.INVALID_PARAMETERS');
}

/** A JSON list of texts, where an object stands for its own text; undefined where it is none. */
function readList(json: string): readonly string[] | undefined {
  if (json.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item: unknown) => {
    if (typeof item === 'string') return item;
    return typeof item === 'object' && item !== null ? JSON.stringify(item) : undefined;
  });
  return items.every((item) => item !== undefined) ? items : undefined;
}
