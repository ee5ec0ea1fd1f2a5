import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccountBook } from '../account/account-book.ts';
import type { SimulatorConfigInput } from '../config/simulator-config.ts';
import { SimulatorConfig } from '../config/simulator-config.ts';
import { Carrier } from '../ledger/carrier.ts';
import { Ledger } from '../ledger/ledger.ts';
import { SendRecords } from '../ledger/send-records.ts';
import { AliyunEndpoint } from './aliyun-endpoint.ts';
import type { Answer } from './answer.ts';
import { Nonces } from './nonces.ts';

const NOON = Date.parse('2026-03-01T04:00:00Z'); // noon in Shanghai
const MINUTE = 60_000;

let at: number;
let ledger: Ledger;
let serial: number;
beforeEach(() => {
  at = NOON;
  serial = 0;
});

/** An endpoint on a clock of its own. */
function endpoint(
  account: object = {},
  more: SimulatorConfigInput & { clockSkewMs?: number } = {},
): AliyunEndpoint {
  const { clockSkewMs = 0, ...rest } = more;
  const defaults = SimulatorConfig.parse({}).accounts['main'];
  const config = SimulatorConfig.parse({ ...rest, accounts: { main: { ...defaults, ...account } } });
  ledger = new Ledger(1000);
  const sendRecords = new SendRecords(1000);
  return new AliyunEndpoint(
    {
      accounts: new AccountBook(config.accounts),
      nonces: new Nonces(),
      carrier: new Carrier(ledger, sendRecords),
      sendRecords,
      recordSettings: () => config.records,
      now: () => at,
    },
    { name: 'cn-hangzhou', clockSkewMs: () => clockSkewMs },
  );
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const SEND = {
  Action: 'SendSms',
  PhoneNumbers: '13800138000',
  SignName: '阿里云',
  TemplateCode: 'SMS_154950909',
  TemplateParam: '{"code":"1234"}',
};

/** Asks by signature version 1; a parameter set to undefined is left out. */
function ask(target: AliyunEndpoint, parameters: Record<string, string | undefined>, method = 'GET'): Answer {
  serial += 1;
  const all: Record<string, string | undefined> = {
    AccessKeyId: 'LTAISimulatorMain',
    Format: 'JSON',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: `nonce-${serial}`,
    SignatureVersion: '1.0',
    Timestamp: new Date(at).toISOString().replace(/\.\d{3}/, ''),
    Version: '2017-05-25',
    ...parameters,
  };
  const query = Object.entries(all)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const signature = createHmac('sha1', 'simulator-secret-of-main&')
    .update(`${method}&%2F&${encode(query)}`)
    .digest('base64');
  const signed = `${query}&Signature=${encode(signature)}`;
  const call = target.read({
    method,
    path: '/',
    query: method === 'GET' ? signed : '',
    headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(method === 'GET' ? '' : signed),
  });
  return call.perform(false);
}

function codes(target: AliyunEndpoint, ...changes: Record<string, string | undefined>[]): string[] {
  return changes.map((change) => ask(target, { ...SEND, ...change }).code);
}

describe('the gateway’s checks', () => {
  it.each([
    ['no action', { Action: undefined }, 'InvalidAction.NotFound', 404],
    ['an action that is none', { Action: 'AddSmsSign' }, 'InvalidAction.NotFound', 404],
    ['no version', { Version: undefined }, 'MissingVersion', 400],
    ['another version', { Version: '2018-05-01' }, 'InvalidVersion', 404],
    ['no nonce', { SignatureNonce: '' }, 'MissingSignatureNonce', 400],
    ['another algorithm', { SignatureMethod: 'HMAC-MD5' }, 'InvalidSignatureMethod', 400],
    ['a time in another form', { Timestamp: '2026-03-01 04:00:00' }, 'InvalidTimeStamp.Format', 400],
    ['a day that is none', { Timestamp: '2026-13-01T04:00:00Z' }, 'InvalidTimeStamp.Format', 400],
    ['a time 16 minutes ago', { Timestamp: '2026-03-01T03:44:00Z' }, 'InvalidTimeStamp.Expired', 400],
    ['a time 16 minutes ahead', { Timestamp: '2026-03-01T04:16:00Z' }, 'InvalidTimeStamp.Expired', 400],
    ['an unknown key', { AccessKeyId: 'x' }, 'InvalidAccessKeyId.NotFound', 404],
    ['a foreign token', { SecurityToken: 'x' }, 'InvalidSecurityToken.MismatchWithAccessKey', 400],
    ['no numbers', { PhoneNumbers: '' }, 'MissingPhoneNumbers', 400],
    ['no template', { TemplateCode: undefined }, 'MissingTemplateCode', 400],
  ])('%s', (_, change, code, status) => {
    expect(ask(endpoint(), { ...SEND, ...change })).toMatchObject({ code, status, accepted: false });
    expect(ledger.size).toBe(0);
  });

  it('takes times within 15 minutes', () => {
    const target = endpoint();
    expect(
      codes(target, { Timestamp: '2026-03-01T03:46:00Z' }, { Timestamp: '2026-03-01T04:14:00Z' }),
    ).toEqual(['OK', 'OK']);
  });

  it('measures time by the region’s own clock, and shows it', () => {
    const target = endpoint({}, { clockSkewMs: 20 * MINUTE });
    expect(codes(target, {})).toEqual(['InvalidTimeStamp.Expired']);
    expect(codes(target, { Timestamp: '2026-03-01T04:20:00Z' })).toEqual(['OK']);
    expect(target.clock()).toBe(NOON + 20 * MINUTE);
  });

  it('takes a nonce once in 15 minutes', () => {
    const target = endpoint();
    const again = { SignatureNonce: 'same' };
    expect(codes(target, again, again)).toEqual(['OK', 'SignatureNonceUsed']);
    at += 15 * MINUTE;
    expect(codes(target, again)).toEqual(['OK']);
  });

  it('does not use up the nonce of a request whose signature is wrong', () => {
    const target = endpoint();
    const raw = {
      method: 'GET',
      path: '/',
      query: `Action=SendSms&Version=2017-05-25&AccessKeyId=LTAISimulatorMain&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=n&Timestamp=2026-03-01T04%3A00%3A00Z&Signature=x`,
      headers: {},
      body: Buffer.alloc(0),
    };
    expect(target.read(raw).perform(false).code).toBe('SignatureDoesNotMatch');
    expect(codes(target, { SignatureNonce: 'n' })).toEqual(['OK']);
  });

  it('refuses a disabled key and requests beyond the account’s rate', () => {
    const [key] = SimulatorConfig.parse({}).accounts['main']?.keys ?? [];
    expect(codes(endpoint({ keys: [{ ...key, active: false }] }), {})).toEqual([
      'InvalidAccessKeyId.Inactive',
    ]);
    const limited = endpoint({ perSecond: 1 });
    expect(codes(limited, {}, {})).toEqual(['OK', 'Throttling.User']);
    at += 1000;
    expect(codes(limited, {})).toEqual(['OK']);
  });

  it('answers in XML unless asked for JSON', () => {
    const target = endpoint();
    const { body } = ask(target, { ...SEND, Format: undefined });
    expect(body).toMatch(
      /^<\?xml version='1.0' encoding='UTF-8'\?><SendSmsResponse><RequestId>[0-9A-F-]{36}</,
    );
    const refused = ask(target, { ...SEND, Format: 'XML', Action: 'None' });
    expect(refused.body).toMatch(
      /<Error>.*<HostId>localhost<\/HostId><Code>InvalidAction.NotFound<\/Code><\/Error>$/,
    );
  });
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
    expect(ask(endpoint(), { ...SEND, ...change })).toMatchObject({ code, status: 200, accepted: false });
    expect(ledger.size).toBe(0);
  });

  it.each([
    ['13800138000', '+8613800138000'],
    ['+8613800138000', '+8613800138000'],
    ['008613800138000', '+8613800138000'],
    ['8613800138000', '+8613800138000'],
    ['+13800138000', '+8613800138000'],
  ])('takes %s', (written, e164) => {
    expect(codes(endpoint(), { PhoneNumbers: written })).toEqual(['OK']);
    expect(ledger.all()).toMatchObject([{ phoneNumber: e164 }]);
  });

  it('keeps every text back when one may not go', () => {
    expect(codes(endpoint(), { PhoneNumbers: '13800138000,12' })).toEqual(['isv.MOBILE_NUMBER_ILLEGAL']);
    expect(ledger.size).toBe(0);
  });

  it.each([
    ['a balance', { balanceTexts: 1 }, 'isv.AMOUNT_NOT_ENOUGH'],
    ['a daily cap', { dailyCap: 1 }, 'isv.DAY_LIMIT_CONTROL'],
    ['a monthly cap', { monthlyCap: 1 }, 'isv.MONTH_LIMIT_CONTROL'],
    ['a number’s minute', { numberLimits: { perMinute: 1 } }, 'isv.BUSINESS_LIMIT_CONTROL'],
  ])('stops at %s', (_, account, code) => {
    expect(codes(endpoint(account), {}, {})).toEqual(['OK', code]);
    expect(ledger.size).toBe(1);
  });

  it('says which window of a number is full, and opens it again', () => {
    const target = endpoint({ numberLimits: { perMinute: 1, perHour: 2 } });
    const message = (): string => ask(target, SEND).body;
    message();
    expect(message()).toContain('触发分钟级流控Permits:1');
    at += MINUTE;
    message();
    at += MINUTE;
    expect(message()).toContain('触发小时级流控Permits:2');
    at += 60 * MINUTE;
    expect(message()).toContain('"Code":"OK"');
  });

  it('begins a new day at midnight in Shanghai', () => {
    const target = endpoint({ dailyCap: 1 });
    at = Date.parse('2026-03-01T15:59:59Z');
    expect(codes(target, {}, {})).toEqual(['OK', 'isv.DAY_LIMIT_CONTROL']);
    at += 1000;
    expect(codes(target, {})).toEqual(['OK']);
  });

  it('refuses suspended accounts, unapproved signs and templates, and recipients that refuse', () => {
    const templates = { SMS_154950909: { content: '${code}', approved: false } };
    expect(codes(endpoint({ suspended: true }), {})).toEqual(['isv.OUT_OF_SERVICE']);
    expect(codes(endpoint({ signs: [{ name: '阿里云', approved: false }] }), {})).toEqual([
      'isv.SIGN_STATE_ILLEGAL',
    ]);
    expect(codes(endpoint({ templates }), {})).toEqual(['isv.SMS_TEMPLATE_ILLEGAL']);
    expect(codes(endpoint({ blockedNumbers: ['+8613800138000'] }), {})).toEqual([
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
    expect(ask(endpoint(), { ...BATCH, ...change }, 'POST').code).toBe(code);
    expect(ledger.size).toBe(0);
  });

  it('sends each number its own text under one BizId', () => {
    expect(ask(endpoint(), BATCH, 'POST').code).toBe('OK');
    expect(ledger.all().map((text) => text.content.slice(5, 16))).toEqual([
      '您的验证码是：1111',
      '您的验证码是：2222',
    ]);
    expect(new Set(ledger.all().map((text) => text.bizId)).size).toBe(1);
  });
});

describe('QuerySendDetails', () => {
  const QUERY = {
    Action: 'QuerySendDetails',
    PhoneNumber: '13800138000',
    SendDate: '20260301',
    PageSize: '2',
    CurrentPage: '1',
  };
  interface Details {
    TotalCount: string;
    SmsSendDetailDTOs: { SmsSendDetailDTO: Record<string, unknown>[] };
  }
  function rows(target: AliyunEndpoint, change: object = {}): Record<string, unknown>[] {
    return (JSON.parse(ask(target, { ...QUERY, ...change }).body) as Details).SmsSendDetailDTOs
      .SmsSendDetailDTO;
  }

  it('shows rows late, first as under way, then as delivered', () => {
    const target = endpoint();
    ask(target, { ...SEND, OutId: 'o' });
    at += 999;
    expect(rows(target)).toEqual([]);
    at += 1;
    expect(rows(target)).toMatchObject([
      { SendStatus: 1, ErrCode: '', OutId: 'o', SendDate: '2026-03-01 12:00:00' },
    ]);
    at += 2000;
    expect(rows(target)).toMatchObject([
      { SendStatus: 3, ErrCode: 'DELIVERED', PhoneNum: '13800138000', ReceiveDate: '2026-03-01 12:00:03' },
    ]);
  });

  it('pages, newest first, and counts all', () => {
    const target = endpoint();
    for (const OutId of ['a', 'b', 'c']) ask(target, { ...SEND, OutId });
    at += 5000;
    expect(rows(target).map((row) => row['OutId'])).toEqual(['c', 'b']);
    expect(rows(target, { CurrentPage: '2' }).map((row) => row['OutId'])).toEqual(['a']);
    expect(ask(target, QUERY).body).toContain('"TotalCount":"3"');
  });

  it('keeps days apart by the clock of the region in Shanghai', () => {
    at = Date.parse('2026-03-01T15:59:30Z');
    const target = endpoint({}, { clockSkewMs: MINUTE });
    ask(target, SEND);
    at += 5000;
    expect(rows(target)).toEqual([]);
    expect(rows(target, { SendDate: '20260302' })).toMatchObject([{ SendDate: '2026-03-02 00:00:30' }]);
  });

  it('finds by BizId, in the own account only', () => {
    const target = endpoint();
    ask(target, SEND);
    ask(target, SEND);
    at += 5000;
    const [text] = ledger.all();
    expect(rows(target, { BizId: text?.bizId })).toHaveLength(1);
    expect(rows(target, { BizId: 'none' })).toEqual([]);
  });

  it('masks numbers and content where told to', () => {
    const target = endpoint({}, { records: { mask: 'numbers-and-content', appearAfterMs: 0 } });
    ask(target, SEND);
    expect(rows(target)).toMatchObject([
      { PhoneNum: '138****8000', Content: '【阿里云】您的验证码是：****，请在5分钟内输入。' },
    ]);
  });

  it.each([
    ['no date', { SendDate: '' }, 'MissingSendDate'],
    ['a date that is none', { SendDate: '20260230' }, 'isv.INVALID_PARAMETERS'],
    ['a date of two months ago', { SendDate: '20260101' }, 'isv.INVALID_PARAMETERS'],
    ['pages of 51', { PageSize: '51' }, 'isv.INVALID_PARAMETERS'],
    ['page 0', { CurrentPage: '0' }, 'isv.INVALID_PARAMETERS'],
    ['no number', { PhoneNumber: 'x' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  ])('refuses %s', (_, change, code) => {
    expect(ask(endpoint(), { ...QUERY, ...change }).code).toBe(code);
  });
});
