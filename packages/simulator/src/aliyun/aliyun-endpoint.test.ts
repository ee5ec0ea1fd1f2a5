import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatorConfig } from '../config/simulator-config.ts';
import { AskedEndpoint, MINUTE, NOON, SEND } from '../testing/asked-endpoint.ts';

let asked: AskedEndpoint;
beforeEach(() => {
  asked = new AskedEndpoint();
});

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
    expect(asked.ask(asked.endpoint(), { ...SEND, ...change })).toMatchObject({
      code,
      status,
      accepted: false,
    });
    expect(asked.ledger.size).toBe(0);
  });

  it('takes times within 15 minutes', () => {
    const target = asked.endpoint();
    expect(
      asked.codes(target, { Timestamp: '2026-03-01T03:46:00Z' }, { Timestamp: '2026-03-01T04:14:00Z' }),
    ).toEqual(['OK', 'OK']);
  });

  it('measures time by the region’s own clock, and shows it', () => {
    const target = asked.endpoint({}, { clockSkewMs: 20 * MINUTE });
    expect(asked.codes(target, {})).toEqual(['InvalidTimeStamp.Expired']);
    expect(asked.codes(target, { Timestamp: '2026-03-01T04:20:00Z' })).toEqual(['OK']);
    expect(target.clock()).toBe(NOON + 20 * MINUTE);
  });

  it('takes a nonce once in 15 minutes', () => {
    const target = asked.endpoint();
    const again = { SignatureNonce: 'same' };
    expect(asked.codes(target, again, again)).toEqual(['OK', 'SignatureNonceUsed']);
    asked.at += 15 * MINUTE;
    expect(asked.codes(target, again)).toEqual(['OK']);
  });

  it('does not use up the nonce of a request whose signature is wrong', () => {
    const target = asked.endpoint();
    const raw = {
      method: 'GET',
      path: '/',
      query: `Action=SendSms&Version=2017-05-25&AccessKeyId=LTAISimulatorMain&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=n&Timestamp=2026-03-01T04%3A00%3A00Z&Signature=x`,
      headers: {},
      body: Buffer.alloc(0),
    };
    expect(target.read(raw).perform(false).code).toBe('SignatureDoesNotMatch');
    expect(asked.codes(target, { SignatureNonce: 'n' })).toEqual(['OK']);
  });

  it('refuses a disabled key and requests beyond the account’s rate', () => {
    const [key] = SimulatorConfig.parse({}).accounts['main']?.keys ?? [];
    expect(asked.codes(asked.endpoint({ keys: [{ ...key, active: false }] }), {})).toEqual([
      'InvalidAccessKeyId.Inactive',
    ]);
    const limited = asked.endpoint({ perSecond: 1 });
    expect(asked.codes(limited, {}, {})).toEqual(['OK', 'Throttling.User']);
    asked.at += 1000;
    expect(asked.codes(limited, {})).toEqual(['OK']);
  });

  it('answers in XML unless asked for JSON', () => {
    const target = asked.endpoint();
    const { body } = asked.ask(target, { ...SEND, Format: undefined });
    expect(body).toMatch(
      /^<\?xml version='1.0' encoding='UTF-8'\?><SendSmsResponse><RequestId>[0-9A-F-]{36}</,
    );
    const refused = asked.ask(target, { ...SEND, Format: 'XML', Action: 'None' });
    expect(refused.body).toMatch(
      /<Error>.*<HostId>localhost<\/HostId><Code>InvalidAction.NotFound<\/Code><\/Error>$/,
    );
  });
});
