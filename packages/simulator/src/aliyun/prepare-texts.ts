import type { AccountState, LimitHit } from '../account/account-state.ts';
import type { Account } from '../config/simulator-config.ts';
import type { OutgoingText } from '../ledger/carrier.ts';
import { fillTemplate } from './fill-template.ts';
import { readPhoneNumber } from './phone-number.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';

/** One number of a request with what it is to get. */
export interface DraftText {
  readonly phoneNumber: string;
  readonly signName: string;
  readonly templateParam?: string;
  readonly extendCode?: string;
}

/** What SendSms and SendBatchSms have in common. */
export interface Draft {
  readonly templateCode: string;
  readonly outId?: string;
  readonly texts: readonly DraftText[];
}

const MAX_OUT_ID = 255;

/**
 * Checks a request as a whole, in the order numbers, account, sign, template, parameters, limits: one text that
 * may not go keeps all of them back.
 */
export function prepareTexts(
  draft: Draft,
  account: AccountState,
  at: number,
): readonly OutgoingText[] | Refusal {
  const { settings } = account;
  if ((draft.outId?.length ?? 0) > MAX_OUT_ID) {
    return refuse('isv.INVALID_PARAMETERS', 'OutId 超过255个字符');
  }
  if (settings.suspended) return refuse('isv.OUT_OF_SERVICE', '业务停机');
  const texts: OutgoingText[] = [];
  for (const text of draft.texts) {
    const prepared = prepareText(text, draft.templateCode, settings);
    if ('code' in prepared) return prepared;
    texts.push(prepared);
  }
  const hit = account.limitHit(
    texts.map((text) => text.phoneNumber),
    at,
  );
  return hit === undefined ? texts : refuseLimit(hit);
}

function prepareText(text: DraftText, templateCode: string, settings: Account): OutgoingText | Refusal {
  const number = readPhoneNumber(text.phoneNumber);
  if (number === undefined) {
    return refuse('isv.MOBILE_NUMBER_ILLEGAL', `${text.phoneNumber.slice(0, 32)}invalid mobile number`);
  }
  const sign = settings.signs.find((owned) => owned.name === text.signName);
  if (sign === undefined) return refuse('isv.SMS_SIGNATURE_ILLEGAL', '该账号下找不到对应签名');
  if (!sign.approved) return refuse('isv.SIGN_STATE_ILLEGAL', '签名未审核通过');
  const template = Object.hasOwn(settings.templates, templateCode)
    ? settings.templates[templateCode]
    : undefined;
  if (template === undefined) return refuse('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板');
  if (!template.approved) return refuse('isv.SMS_TEMPLATE_ILLEGAL', '模板未审核通过');
  if (number.domestic && template.scope === 'international') {
    return refuse('isv.DOMESTIC_NUMBER_NOT_SUPPORTED', '国际/港澳台消息模板不支持发送境内号码');
  }
  if (!number.domestic && template.scope === 'domestic') {
    return refuse('isv.MOBILE_NUMBER_ILLEGAL', '境内消息模板不支持发送国际/港澳台号码');
  }
  if (text.extendCode !== undefined && !/^\d{1,10}$/.test(text.extendCode)) {
    return refuse('isv.EXTEND_CODE_ERROR', '扩展码使用错误');
  }
  const filled = fillTemplate(template, text.templateParam);
  if ('code' in filled) return filled;
  if (settings.blockedNumbers.includes(number.e164)) {
    return refuse('isv.BLACK_KEY_CONTROL_LIMIT', '黑名单管控');
  }
  return {
    phoneNumber: number.e164,
    signName: sign.name,
    content: `【${sign.name}】${filled.content}`,
    values: filled.values,
  };
}

function refuseLimit(hit: LimitHit): Refusal {
  switch (hit.kind) {
    case 'suspended':
      return refuse('isv.OUT_OF_SERVICE', '业务停机');
    case 'balance':
      return refuse('isv.AMOUNT_NOT_ENOUGH', '账户余额不足');
    case 'day':
      return refuse('isv.DAY_LIMIT_CONTROL', '触发日发送限额');
    case 'month':
      return refuse('isv.MONTH_LIMIT_CONTROL', '触发月发送限额');
    case 'number-minute':
      return refuse('isv.BUSINESS_LIMIT_CONTROL', `触发分钟级流控Permits:${hit.permits}`);
    case 'number-hour':
      return refuse('isv.BUSINESS_LIMIT_CONTROL', `触发小时级流控Permits:${hit.permits}`);
    case 'number-day':
      return refuse('isv.BUSINESS_LIMIT_CONTROL', `触发天级流控Permits:${hit.permits}`);
  }
}
