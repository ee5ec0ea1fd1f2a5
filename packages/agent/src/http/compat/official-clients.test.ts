import { createRequire } from 'node:module';
import type Dysms4 from '@alicloud/dysmsapi20170525';
import { QuerySendDetailsRequest, SendBatchSmsRequest, SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import RpcClient from '@alicloud/pop-core';
import { RuntimeOptions } from '@darabonba/typescript';
import type Dysms2 from 'dysmsapi-2';
import { SendSmsRequest as SendSmsRequest2 } from 'dysmsapi-2';
import type Dysms3 from 'dysmsapi-3';
import { SendSmsRequest as SendSmsRequest3 } from 'dysmsapi-3';
import type OpenApi from 'openapi-client-0';
import { Config as Config2, OpenApiRequest, Params } from 'openapi-client-0';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../../send/send-result.ts';
import { ApiFixture, facts } from '../../testing/api-fixture.ts';
import type { ApiSetup } from '../../testing/api-fixture.ts';

// The official clients as their users have them, changed in nothing but the endpoint.

// Required, since the packages' default exports mean two things, by who imports them.
const require = createRequire(import.meta.url);
const { default: Client4 } = require('@alicloud/dysmsapi20170525') as typeof Dysms4;
const { default: Client3 } = require('dysmsapi-3') as typeof Dysms3;
const { default: OpenApiClient } = require('openapi-client-0') as typeof OpenApi;
const { default: Client2 } = require('dysmsapi-2') as typeof Dysms2;

const key = { accessKeyId: 'LTAILocal', accessKeySecret: 'local-secret' };
const localKeys = { kind: 'keys', secrets: new Map([[key.accessKeyId, key.accessKeySecret]]) } as const;
const awkward = `o+1 *'()!~&%=中文😀"<`;
const asked = {
  phoneNumbers: '13800138000,+8613900139000,13800138000',
  signName: '阿里云',
  templateCode: 'SMS_154950909',
  templateParam: '{ "code": "12*34~%\'()" }',
  outId: awkward,
};
const form = {
  PhoneNumbers: asked.phoneNumbers,
  SignName: asked.signName,
  TemplateCode: asked.templateCode,
  TemplateParam: asked.templateParam,
  OutId: asked.outId,
};
const message = {
  phoneNumbers: ['13800138000', '+8613900139000', '13800138000'],
  e164: ['+8613800138000', '+8613900139000'],
  signName: '阿里云',
  templateCode: 'SMS_154950909',
  templateParam: { code: "12*34~%'()" },
  templateParamText: asked.templateParam,
  outId: awkward,
};

interface Body {
  readonly code?: string;
  readonly message?: string;
  readonly bizId?: string;
  readonly requestId?: string;
}
interface Secret {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}
type Send = (port: number, secret: Secret) => Promise<Body | undefined>;

function config(port: number, secret: Secret, more: object = {}) {
  return { ...secret, endpoint: `127.0.0.1:${String(port)}`, protocol: 'http', ...more };
}

async function by4(port: number, secret: Secret, more?: object): Promise<Body | undefined> {
  const client = new Client4(new $OpenApiUtil.Config(config(port, secret, more)));
  return (await client.sendSms(new SendSmsRequest(asked))).body;
}

async function byPopCore(method: string, port: number, secret: Secret): Promise<Body> {
  const client = new RpcClient({
    ...secret,
    endpoint: `http://127.0.0.1:${String(port)}`,
    apiVersion: '2017-05-25',
  });
  const answer = await client.request<Record<string, string>>('SendSms', form, { method });
  return lowerCase(answer);
}

const generic = {
  action: 'SendSms',
  version: '2017-05-25',
  protocol: 'HTTP',
  pathname: '/',
  method: 'POST',
  authType: 'AK',
  style: 'RPC',
  reqBodyType: 'formData',
  bodyType: 'json',
} as const;

/** The generic client of the older generation, its parameters half in the query, half in a form body. */
async function byOpenApiClient(port: number, secret: Secret): Promise<Body> {
  const { PhoneNumbers, SignName, ...body } = form;
  const client = new OpenApiClient(new Config2(config(port, secret)));
  const request = new OpenApiRequest({ query: { PhoneNumbers, SignName }, body });
  const answer: unknown = await client.callApi(new Params(generic), request, {} as never);
  return lowerCase((answer as { body: Record<string, string> }).body);
}

/** The generic client: all parameters in a form body, under the signature of version 3. */
async function byForm(port: number, secret: Secret): Promise<Body> {
  const client = new Client4(new $OpenApiUtil.Config(config(port, secret)));
  const params = new $OpenApiUtil.Params(generic);
  const request = new $OpenApiUtil.OpenApiRequest({ body: form });
  const answer: unknown = await client.callApi(params, request, new RuntimeOptions({}));
  return lowerCase((answer as { body: Record<string, string> }).body);
}

function lowerCase(members: Record<string, string>): Body {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}

const clients: readonly (readonly [string, Send])[] = [
  ['dysmsapi 4.x, signature version 3', (port, secret) => by4(port, secret)],
  ['dysmsapi 4.x, signature version 1', (port, secret) => by4(port, secret, { signatureAlgorithm: 'v2' })],
  [
    'dysmsapi 3.x',
    async (port, secret) => {
      const client = new Client3(new $OpenApiUtil.Config(config(port, secret)));
      return (await client.sendSms(new SendSmsRequest3(asked))).body;
    },
  ],
  [
    'dysmsapi 2.x',
    async (port, secret) => {
      const client = new Client2(new Config2(config(port, secret)));
      return (await client.sendSms(new SendSmsRequest2(asked))).body;
    },
  ],
  ['the generic client with a form body', byForm],
  ['openapi-client with query and form body', byOpenApiClient],
  ['pop-core by GET', (port, secret) => byPopCore('GET', port, secret)],
  ['pop-core by POST', (port, secret) => byPopCore('POST', port, secret)],
];

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

const unknown: SendResult = { ...facts, kind: 'unknown', reason: 'it may have been sent' };
const refusedLocally: SendResult = { ...facts, kind: 'no-channel', reason: 'none', retryAfterMs: 1 };

describe.each(clients)('%s', (_name, send) => {
  it('sends, under a key that any caller may use and under one that is checked', async () => {
    for (const setup of [{}, { localKeys }]) {
      const { port, sent } = await open(setup);
      expect(await send(port, key)).toMatchObject({ code: 'OK', message: 'OK', bizId: 'b', requestId: 'r' });
      expect(sent).toHaveLength(1);
      expect(sent[0]?.[0]).toEqual(message);
      const timeoutMs = sent[0]?.[1].timeoutMs;
      expect(timeoutMs).toBeGreaterThan(0);
      expect(timeoutMs).toBeLessThanOrEqual(2500);
      await fixture?.stop();
    }
  });

  it('is told a wrong secret and an unknown key by Aliyun’s codes', async () => {
    const { port, sent } = await open({ localKeys });
    const refusals = [
      [{ ...key, accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch'],
      [{ ...key, accessKeyId: 'nobody' }, 'InvalidAccessKeyId.NotFound'],
    ] as const;
    for (const [secret, code] of refusals) await expect(send(port, secret)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it('is told a send that nobody knows the end of with 200, and one that was never written with 503', async () => {
    let result: SendResult = unknown;
    const { port, sent } = await open({ answer: () => result });
    const told = await send(port, key).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'waystation.SendOutcomeUnknown' });
    expect(JSON.stringify(told)).toContain('m-1');
    result = refusedLocally;
    await expect(send(port, key)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(sent).toHaveLength(2);
  });
});

it('a thousand numbers go through one URL', async () => {
  const { port, sent } = await open({ localKeys });
  const numbers = Array.from({ length: 1000 }, (_, at) => `+86138${String(at).padStart(8, '0')}`);
  const client = new Client4(new $OpenApiUtil.Config(config(port, key)));
  const request = new SendSmsRequest({ ...asked, phoneNumbers: numbers.join(',') });
  expect((await client.sendSms(request)).body).toMatchObject({ code: 'OK' });
  expect(sent[0]?.[0].phoneNumbers).toEqual(numbers);
});

it('a batch is one message, and an action that is none of sending is refused in words', async () => {
  const { port, sent } = await open();
  const client = new Client4(new $OpenApiUtil.Config(config(port, key)));
  const batch = new SendBatchSmsRequest({
    phoneNumberJson: '["13800138000", "+8613900139000"]',
    signNameJson: '["阿里云", "驿站"]',
    templateCode: 'SMS_1',
    templateParamJson: '[{ "code": "1" }, {"code":"2"}]',
    outId: awkward,
  });
  expect((await client.sendBatchSms(batch)).body).toMatchObject({ code: 'OK', bizId: 'b' });
  expect(sent.map(([message]) => message)).toEqual([
    {
      phoneNumbers: ['13800138000', '+8613900139000'],
      e164: ['+8613800138000', '+8613900139000'],
      signName: '阿里云',
      templateCode: 'SMS_1',
      templateParam: { code: '1' },
      outId: awkward,
      batch: {
        texts: [
          { signName: '阿里云', templateParam: { code: '1' } },
          { signName: '驿站', templateParam: { code: '2' } },
        ],
        written: { phoneNumbers: batch.phoneNumberJson, templateParams: batch.templateParamJson },
      },
    },
  ]);
  const popCore = new RpcClient({
    ...key,
    endpoint: `http://127.0.0.1:${String(port)}`,
    apiVersion: '2017-05-25',
  });
  await expect(popCore.request('DeleteSmsTemplate', {})).rejects.toMatchObject({
    code: 'InvalidAction.NotFound',
    message: expect.stringContaining('--compat-actions') as unknown,
  });
});

it('the details of what was sent can be asked for', async () => {
  const row = { PhoneNum: '13800138000', OutId: 'o-1', SendStatus: 3, SendDate: '2026-01-31 12:00:00' };
  const body = { Code: 'OK', TotalCount: '1', SmsSendDetailDTOs: { SmsSendDetailDTO: [row] } };
  const { port } = await open({
    localKeys,
    caller: {
      accounts: () => ['main'],
      accountOf: () => undefined,
      call: () => Promise.resolve({ kind: 'answered', status: 200, body: JSON.stringify(body) }),
    },
  });
  const client = new Client4(new $OpenApiUtil.Config(config(port, key)));
  const asked = { phoneNumber: '13800138000', sendDate: '20260131', pageSize: 10, currentPage: 1 };
  const told = await client.querySendDetails(new QuerySendDetailsRequest(asked));
  expect(told.body).toMatchObject({ code: 'OK', totalCount: '1' });
  expect(told.body?.smsSendDetailDTOs?.smsSendDetailDTO).toMatchObject([{ outId: 'o-1', sendStatus: 3 }]);
});
