import { beforeEach, describe, expect, it } from 'vitest';
import { AskedEndpoint, MINUTE, SEND } from '../testing/asked-endpoint.ts';

let asked: AskedEndpoint;
beforeEach(() => {
  asked = new AskedEndpoint();
});

describe('the service’s checks', () => {
  it.each([
    ['letters', { PhoneNumbers: '1380013800a' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['too few digits', { PhoneNumbers: '1380013' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['an empty number in a list', { PhoneNumbers: '13800138000,' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['a foreign number with a plus', { PhoneNumbers: '+85200001234' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['a foreign number on a domestic template', { PhoneNumbers: '85200001234' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    [
      '1,001 numbers',
      { PhoneNumbers: Array.from({ length: 1001 }, () => '13800138000').join() },
      'isv.MOBILE_COUNT_OVER_LIMIT',
    ],
    ['a foreign sign', { SignName: '别人' }, 'isv.SMS_SIGNATURE_ILLEGAL'],
    ['an unknown template', { TemplateCode: 'SMS_1' }, 'isv.SMS_TEMPLATE_ILLEGAL'],
    ['a template named like a built-in', { TemplateCode: 'constructor' }, 'isv.SMS_TEMPLATE_ILLEGAL'],
    ['no JSON', { TemplateParam: '{code:1234}' }, 'isv.INVALID_JSON_PARAM'],
    ['a list', { TemplateParam: '["1234"]' }, 'isv.INVALID_JSON_PARAM'],
    ['a number as value', { TemplateParam: '{"code":1234}' }, 'isv.INVALID_JSON_PARAM'],
    ['no variable', { TemplateParam: '{}' }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
    ['no parameters', { TemplateParam: undefined }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
    ['a code too long', { TemplateParam: '{"code":"1234567"}' }, 'isv.PARAM_LENGTH_LIMIT'],
    ['a URL', { TemplateParam: '{"code":"http://a"}' }, 'isv.PARAM_NOT_SUPPORT_URL'],
    [
      'a domestic number on an international template',
      { TemplateCode: 'SMS_154950911' },
      'isv.DOMESTIC_NUMBER_NOT_SUPPORTED',
    ],
    ['letters as extension', { SmsUpExtendCode: 'abc' }, 'isv.EXTEND_CODE_ERROR'],
    ['an OutId of 256', { OutId: 'x'.repeat(256) }, 'isv.INVALID_PARAMETERS'],
  ])('%s', (_, change, code) => {
    expect(asked.ask(asked.endpoint(), { ...SEND, ...change })).toMatchObject({
      code,
      status: 200,
      accepted: false,
    });
    expect(asked.ledger.size).toBe(0);
  });

  it.each([
    ['13800138000', '+8613800138000'],
    ['+8613800138000', '+8613800138000'],
    ['008613800138000', '+8613800138000'],
    ['8613800138000', '+8613800138000'],
    ['+13800138000', '+8613800138000'],
  ])('takes %s', (written, e164) => {
    expect(asked.codes(asked.endpoint(), { PhoneNumbers: written })).toEqual(['OK']);
    expect(asked.ledger.all()).toMatchObject([{ phoneNumber: e164 }]);
  });

  it('keeps every text back when one may not go', () => {
    expect(asked.codes(asked.endpoint(), { PhoneNumbers: '13800138000,12' })).toEqual([
      'isv.MOBILE_NUMBER_ILLEGAL',
    ]);
    expect(asked.ledger.size).toBe(0);
  });

  it.each([
    ['a balance', { balanceTexts: 1 }, 'isv.AMOUNT_NOT_ENOUGH'],
    ['a daily cap', { dailyCap: 1 }, 'isv.DAY_LIMIT_CONTROL'],
    ['a monthly cap', { monthlyCap: 1 }, 'isv.MONTH_LIMIT_CONTROL'],
    ['a number’s minute', { numberLimits: { perMinute: 1 } }, 'isv.BUSINESS_LIMIT_CONTROL'],
  ])('stops at %s', (_, account, code) => {
    expect(asked.codes(asked.endpoint(account), {}, {})).toEqual(['OK', code]);
    expect(asked.ledger.size).toBe(1);
  });

  it('says which window of a number is full, and opens it again', () => {
    const target = asked.endpoint({ numberLimits: { perMinute: 1, perHour: 2 } });
    const message = (): string => asked.ask(target, SEND).body;
    message();
    expect(message()).toContain('触发分钟级流控Permits:1');
    asked.at += MINUTE;
    message();
    asked.at += MINUTE;
    expect(message()).toContain('触发小时级流控Permits:2');
    asked.at += 60 * MINUTE;
    expect(message()).toContain('"Code":"OK"');
  });

  it('begins a new day at midnight in Shanghai', () => {
    const target = asked.endpoint({ dailyCap: 1 });
    asked.at = Date.parse('2026-03-01T15:59:59Z');
    expect(asked.codes(target, {}, {})).toEqual(['OK', 'isv.DAY_LIMIT_CONTROL']);
    asked.at += 1000;
    expect(asked.codes(target, {})).toEqual(['OK']);
  });

  it('refuses suspended accounts, unapproved signs and templates, and recipients that refuse', () => {
    const templates = { SMS_154950909: { content: '${code}', approved: false } };
    expect(asked.codes(asked.endpoint({ suspended: true }), {})).toEqual(['isv.OUT_OF_SERVICE']);
    expect(asked.codes(asked.endpoint({ signs: [{ name: '阿里云', approved: false }] }), {})).toEqual([
      'isv.SIGN_STATE_ILLEGAL',
    ]);
    expect(asked.codes(asked.endpoint({ templates }), {})).toEqual(['isv.SMS_TEMPLATE_ILLEGAL']);
    expect(asked.codes(asked.endpoint({ blockedNumbers: ['+8613800138000'] }), {})).toEqual([
      'isv.BLACK_KEY_CONTROL_LIMIT',
    ]);
  });
});

describe('SendBatchSms', () => {
  const BATCH = {
    Action: 'SendBatchSms',
    PhoneNumberJson: '["13800138000","13900139000"]',
    SignNameJson: '["阿里云","阿里云"]',
    TemplateCode: 'SMS_154950909',
    TemplateParamJson: '[{"code":"1111"},{"code":"2222"}]',
  };
  it.each([
    ['lists of unequal length', { SignNameJson: '["阿里云"]' }, 'isv.INVALID_PARAMETERS'],
    ['no list', { PhoneNumberJson: '{}' }, 'isv.INVALID_JSON_PARAM'],
    ['an empty list', { PhoneNumberJson: '[]', SignNameJson: '[]' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    [
      '101 numbers',
      { PhoneNumberJson: JSON.stringify(Array.from({ length: 101 }, () => '1')) },
      'isv.MOBILE_COUNT_OVER_LIMIT',
    ],
    ['one bad number', { PhoneNumberJson: '["13800138000","1"]' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['no signs', { SignNameJson: undefined }, 'MissingSignNameJson'],
  ])('refuses %s', (_, change, code) => {
    expect(asked.ask(asked.endpoint(), { ...BATCH, ...change }, 'POST').code).toBe(code);
    expect(asked.ledger.size).toBe(0);
  });

  it('sends each number its own text under one BizId', () => {
    expect(asked.ask(asked.endpoint(), BATCH, 'POST').code).toBe('OK');
    expect(asked.ledger.all().map((text) => text.content.slice(5, 16))).toEqual([
      '您的验证码是：1111',
      '您的验证码是：2222',
    ]);
    expect(new Set(asked.ledger.all().map((text) => text.bizId)).size).toBe(1);
  });
});
