import { maxPhoneNumbers, toE164 } from '@waystation/core';
import type { Draft, Message } from '@waystation/core';
import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { Parameters } from './form-parameters.ts';

/** The parameters of SendSms as a message, or why they are none; the numbers and variables stay as written. */
export function readSendSms(parameters: Parameters): Message | CompatRefusal {
  const required = ['PhoneNumbers', 'SignName', 'TemplateCode'].find((name) => !parameters.get(name));
  if (required !== undefined) return missing(required);
  const text = (name: string): string => parameters.get(name) ?? '';
  const phoneNumbers = text('PhoneNumbers').split(',');
  if (phoneNumbers.length > maxPhoneNumbers) return refuse('isv.MOBILE_COUNT_OVER_LIMIT');
  const e164 = new Set<string>();
  for (const [index, written] of phoneNumbers.entries()) {
    const number = toE164(written.trim());
    if (number === undefined) {
      return refuse('isv.MOBILE_NUMBER_ILLEGAL', `Number ${String(index + 1)} is not a valid phone number.`);
    }
    e164.add(number);
  }
  const params = readTemplateParam(text('TemplateParam'));
  if (params === undefined) return refuse('isv.INVALID_JSON_PARAM');
  const message: Draft<Message> = {
    phoneNumbers,
    e164: [...e164],
    signName: text('SignName'),
    templateCode: text('TemplateCode'),
  };
  const { templateParam, templateParamText } = params;
  if (templateParam !== undefined) message.templateParam = templateParam;
  if (templateParamText !== undefined) message.templateParamText = templateParamText;
  if (text('OutId') !== '') message.outId = text('OutId');
  if (text('SmsUpExtendCode') !== '') message.smsUpExtendCode = text('SmsUpExtendCode');
  return message;
}

type Params = Pick<Message, 'templateParam' | 'templateParamText'>;

/** One text's variables as written; undefined where they are no JSON object of text and numbers. */
export function readTemplateParam(written: string): Params | undefined {
  if (written.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(written);
    if (!isTextAlone(value)) value = JSON.parse(quoteNumbers(written));
  } catch {
    return undefined;
  }
  if (isTextAlone(value)) return { templateParam: value, templateParamText: written };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const fine = entries.every(([, param]) => ['string', 'boolean'].includes(typeof param));
  if (!fine) return undefined;
  const templateParam = Object.fromEntries(entries.map(([name, param]) => [name, String(param)]));
  return { templateParam, templateParamText: written };
}

/** Whether it is an object of texts, as most are: then there is nothing to write anew. */
function isTextAlone(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((param) => typeof param === 'string');
}

/** The same JSON with its numbers as texts: an order number of twenty digits, or 1.50, is no number of JavaScript. */
function quoteNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
