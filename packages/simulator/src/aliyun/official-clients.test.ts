import { createRequire } from 'node:module';
import type Dysms from '@alicloud/dysmsapi20170525';
import { QuerySendDetailsRequest, SendBatchSmsRequest, SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import RpcClient from '@alicloud/pop-core';
import { RuntimeOptions } from '@darabonba/typescript';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';

// The official clients as peers: what they sign must verify here, and what is answered here they must parse.

// Required, since the package's default export means two things, by who imports it.
const { default: Client } = createRequire(import.meta.url)('@alicloud/dysmsapi20170525') as typeof Dysms;

const MAIN = { accessKeyId: 'LTAISimulatorMain', accessKeySecret: 'simulator-secret-of-main' };
const STS = { accessKeyId: 'STS.Simulator', accessKeySecret: 'sts-secret', securityToken: 'token+/=' };
const AWKWARD = `o+1 *'()!~&%=中文😀"<`;

let simulator: Simulator;
beforeAll(async () => {
  const base = await startSimulator();
  const main = base.accounts['main'];
  await base.stop();
  simulator = await startSimulator({
    config: {
      regions: { 'cn-hangzhou': {} },
      records: { appearAfterMs: 0, deliverAfterMs: 0 },
      accounts: {
        main: {
          ...main,
          keys: [MAIN, STS, { ...STS, accessKeyId: 'STS.Old', expiresAt: '2020-01-01T00:00:00Z' }],
        },
      },
    },
  });
});
beforeEach(() => {
  simulator.clearLedger();
});
afterAll(() => simulator.stop());

interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

function host(): string {
  return new URL(simulator.regions['cn-hangzhou'] ?? '').host;
}

function sdk(key: Key, more: object = {}): InstanceType<typeof Client> {
  return new Client(new $OpenApiUtil.Config({ ...key, endpoint: host(), protocol: 'http', ...more }));
}

function sms(more: object = {}): SendSmsRequest {
  return new SendSmsRequest({
    phoneNumbers: '13800138000',
    signName: '阿里云',
    templateCode: 'SMS_154950909',
    templateParam: '{"code":"1234"}',
    outId: AWKWARD,
    ...more,
  });
}

const FORM = {
  PhoneNumbers: '13800138000',
  SignName: '阿里云',
  TemplateCode: 'SMS_154950909',
  TemplateParam: '{"code":"1234"}',
  OutId: AWKWARD,
};

function popCore(key: Key): RpcClient {
  return new RpcClient({ ...key, endpoint: `http://${host()}`, apiVersion: '2017-05-25' });
}

describe('the official SDK', () => {
  it.each([
    ['signature version 3', MAIN, {}],
    ['signature version 3 with an STS token', STS, {}],
    ['signature version 1', MAIN, { signatureAlgorithm: 'v2' }],
    ['signature version 1 with an STS token', STS, { signatureAlgorithm: 'v2' }],
  ])('sends by %s', async (_, key, more) => {
    const { body } = await sdk(key, more).sendSms(sms());
    expect(body).toMatchObject({ code: 'OK', message: 'OK' });
    expect(body?.bizId).toMatch(/^\d{18}\^0$/);
    expect(simulator.texts()).toMatchObject([
      {
        region: 'cn-hangzhou',
        account: 'main',
        phoneNumber: '+8613800138000',
        content: '【阿里云】您的验证码是：1234，请在5分钟内输入。',
        outId: AWKWARD,
        bizId: body?.bizId,
        requestId: body?.requestId,
      },
    ]);
  });

  it('sends a batch, whose lists come in a chunked form body', async () => {
    const request = new SendBatchSmsRequest({
      phoneNumberJson: '["13800138000","13900139000"]',
      signNameJson: '["阿里云","阿里云"]',
      templateCode: 'SMS_154950909',
      templateParamJson: '[{"code":"1111"},{"code":"2222"}]',
      outId: AWKWARD,
    });
    const { body } = await sdk(MAIN).sendBatchSms(request);
    expect(body).toMatchObject({ code: 'OK' });
    expect(
      simulator.texts().map((text) => [text.phoneNumber, text.content.slice(12, 16), text.bizId]),
    ).toEqual([
      ['+8613800138000', '1111', body?.bizId],
      ['+8613900139000', '2222', body?.bizId],
    ]);
  });

  it('sends parameters as a form body', async () => {
    const params = new $OpenApiUtil.Params({
      action: 'SendSms',
      version: '2017-05-25',
      protocol: 'HTTP',
      pathname: '/',
      method: 'POST',
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    const request = new $OpenApiUtil.OpenApiRequest({ body: FORM });
    const answer = (await sdk(MAIN).callApi(params, request, new RuntimeOptions({}))) as { body: unknown };
    expect(answer.body).toMatchObject({ Code: 'OK' });
  });

  it('sends to a thousand numbers in one URL', async () => {
    const numbers = Array.from({ length: 1000 }, (_, at) => `+86138${String(at).padStart(8, '0')}`);
    const { body } = await sdk(MAIN).sendSms(sms({ phoneNumbers: numbers.join(',') }));
    expect(body).toMatchObject({ code: 'OK' });
    expect(simulator.texts()).toHaveLength(1000);
  });

  it('reads the details of what it sent', async () => {
    const client = sdk(MAIN);
    const sent = await client.sendSms(sms());
    const sendDate = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
    const { body } = await client.querySendDetails(
      new QuerySendDetailsRequest({
        phoneNumber: '13800138000',
        sendDate,
        pageSize: 10,
        currentPage: 1,
        bizId: sent.body?.bizId,
      }),
    );
    expect(body).toMatchObject({ code: 'OK', totalCount: '1' });
    expect(body?.smsSendDetailDTOs?.smsSendDetailDTO).toMatchObject([
      {
        phoneNum: '13800138000',
        templateCode: 'SMS_154950909',
        outId: AWKWARD,
        sendStatus: 3,
        errCode: 'DELIVERED',
      },
    ]);
  });

  it.each([
    ['a wrong secret', { ...MAIN, accessKeySecret: 'wrong' }, {}, 'SignatureDoesNotMatch', 400],
    [
      'a wrong secret, version 1',
      { ...MAIN, accessKeySecret: 'wrong' },
      { signatureAlgorithm: 'v2' },
      'SignatureDoesNotMatch',
      400,
    ],
    ['an unknown key', { ...MAIN, accessKeyId: 'nobody' }, {}, 'InvalidAccessKeyId.NotFound', 404],
    ['a token that is missing', { ...STS, securityToken: '' }, {}, 'MissingSecurityToken', 400],
    ['a foreign token', { ...STS, securityToken: 'foreign' }, {}, 'InvalidSecurityToken.Malformed', 400],
    ['an expired token', { ...STS, accessKeyId: 'STS.Old' }, {}, 'InvalidSecurityToken.Expired', 400],
  ])('is refused for %s', async (_, key, more, code, statusCode) => {
    await expect(sdk(key, more).sendSms(sms())).rejects.toMatchObject({ code, statusCode });
    expect(simulator.texts()).toEqual([]);
  });

  it('resolves with the service’s own codes', async () => {
    const { body } = await sdk(MAIN).sendSms(sms({ signName: '别人' }));
    expect(body).toMatchObject({ code: 'isv.SMS_SIGNATURE_ILLEGAL' });
    expect(body?.bizId).toBeUndefined();
  });
});

describe('pop-core', () => {
  it.each([['GET'], ['POST']])('sends by %s', async (method) => {
    const answer = await popCore(MAIN).request<{ Code: string }>('SendSms', FORM, { method });
    expect(answer).toMatchObject({ Code: 'OK' });
    expect(simulator.texts()).toHaveLength(1);
  });

  it('is refused for a wrong secret, with the code it shows', async () => {
    const client = popCore({ ...MAIN, accessKeySecret: 'wrong' });
    await expect(client.request('SendSms', FORM, { method: 'POST' })).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  it('is told which action is unknown', async () => {
    await expect(popCore(MAIN).request('DeleteEverything', {})).rejects.toMatchObject({
      code: 'InvalidAction.NotFound',
    });
  });
});
