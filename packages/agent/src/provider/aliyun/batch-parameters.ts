import type { AliyunChannel, Message, MessageBatch } from '@waystation/core';
import { mappedName } from '../mapped-name.ts';

/** The parameters of SendBatchSms: what the caller wrote as JSON goes on unchanged, but for signs mapped to others. */
export function batchParameters(
  { signNames, templateCodes }: Pick<AliyunChannel, 'signNames' | 'templateCodes'>,
  { phoneNumbers, templateCode }: Pick<Message, 'phoneNumbers' | 'templateCode'>,
  { texts, written }: MessageBatch,
  outId: string,
): Readonly<Record<string, string>> {
  const params = written?.templateParams ?? listOf(texts.map(({ templateParam }) => templateParam));
  const codes = written?.smsUpExtendCodes ?? listOf(texts.map(({ smsUpExtendCode }) => smsUpExtendCode));
  return {
    PhoneNumberJson: written?.phoneNumbers ?? JSON.stringify(phoneNumbers),
    SignNameJson: JSON.stringify(texts.map(({ signName }) => mappedName(signNames, signName))),
    TemplateCode: mappedName(templateCodes, templateCode),
    OutId: outId,
    ...(params !== undefined && { TemplateParamJson: params }),
    ...(codes !== undefined && { SmsUpExtendCodeJson: codes }),
  };
}

/** A JSON list of strings; undefined where no number has any. */
function listOf(
  values: readonly (Readonly<Record<string, string>> | string | undefined)[],
): string | undefined {
  if (values.every((value) => value === undefined)) return undefined;
  return JSON.stringify(values.map((value) => value ?? ''));
}
