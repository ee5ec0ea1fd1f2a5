import { channelEndpoint } from '@waystation/core';
import type { Channel, HttpChannel, Message, StrategyInput } from '@waystation/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageTo, snapshotOf } from '../../testing/send-fixture.ts';
import type { HttpRequest } from '../transport/http-message.ts';
import { GatewayDialect, usesKey } from './gateway-dialect.ts';

const key = { kind: 'api-key', key: 'k&y=1' } as const;
type HttpInput = Extract<StrategyInput['channels'][string], { provider: 'http' }>;

const base: HttpInput = {
  provider: 'http',
  endpoint: 'https://sms.example.com/send?v=1',
  credential: 'other',
  contents: { SMS_154950909: '您的验证码是：${code}，请在5分钟内输入。' },
  request: {
    method: 'POST',
    body: 'form',
    fields: {
      apikey: '${credential.key}',
      mobile: '${phone.national}',
      content: '【${signName}】${content}',
      ref: '${outId}',
    },
  },
  answer: { code: '/code', accepted: ['0'], id: '/sid', classes: { '1001': 'throttled' } },
};

function httpChannel(changes: Partial<HttpInput> = {}): HttpChannel {
  const document: StrategyInput = {
    schemaVersion: 1,
    channels: { g: { ...base, ...changes } },
    routes: [{ name: 'all', policy: { kind: 'primary-backup', order: ['g'] } }],
  };
  const channel: Channel | undefined = snapshotOf(document).strategy.channels['g'];
  if (channel?.provider !== 'http') throw new Error('no http channel');
  return channel;
}

function dialectOf(channel: HttpChannel): GatewayDialect {
  return new GatewayDialect(channel, channelEndpoint(channel));
}

function requestOf(request: Partial<HttpInput['request']>, message: Partial<Message> = {}): HttpRequest {
  const channel = httpChannel({ request: { ...base.request, ...request } });
  const draft = dialectOf(channel).draft({ message: messageTo('13800138000', message), outId: 'o-1' }, key);
  if (!draft.ok) throw new Error(draft.outcome.reason);
  return draft.make();
}

describe('GatewayDialect.draft', () => {
  it('fills a form', () => {
    const { method, path, headers, body } = requestOf({});
    expect({ method, path }).toEqual({ method: 'POST', path: '/send?v=1' });
    expect(headers).toMatchObject({
      host: 'sms.example.com',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([...new URLSearchParams(body)]).toEqual([
      ['apikey', 'k&y=1'],
      ['mobile', '13800138000'],
      ['content', '【阿里云】您的验证码是：4071，请在5分钟内输入。'],
      ['ref', 'o-1'],
    ]);
  });

  it('fills JSON', () => {
    const { headers, body = '' } = requestOf({
      body: 'json',
      fields: { to: '${phone.e164}', n: '${phone.digits}' },
    });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({ to: '+8613800138000', n: '8613800138000' });
  });

  it.each([[{ method: 'GET', body: 'form' }], [{ method: 'POST', body: 'query' }]] as const)(
    'fills the query of %j',
    (request) => {
      const sent = requestOf({ ...request, fields: { a: '${outId}', b: '驿 &' } });
      expect(sent).toMatchObject({ method: request.method, path: '/send?v=1&a=o-1&b=%E9%A9%BF+%26' });
      expect(sent.body).toBeUndefined();
    },
  );

  it('fills headers, which hold ASCII alone', () => {
    const { headers } = requestOf({
      headers: { Authorization: 'Bearer ${credential.key}', 'X-Sign': '${signName}' },
    });
    expect(headers).toMatchObject({ authorization: 'Bearer k&y=1', 'x-sign': '%E9%98%BF%E9%87%8C%E4%BA%91' });
  });

  it('never lets a value break out of its place, nor fills it again', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('${}credntial.key&=\r\n":%+ \\驿')) }),
      fc.constant('${credential.key}'),
    );
    fc.assert(
      fc.property(value, value, fc.constantFrom('form', 'json', 'query' as const), (code, outId, place) => {
        const channel = httpChannel({
          contents: { SMS_154950909: 'is ${code}' },
          request: {
            method: 'POST',
            body: place,
            fields: { content: '${content}', ref: '${outId}' },
            headers: { 'x-ref': '${outId}' },
          },
        });
        const message = messageTo('13800138000', { templateParam: { code } });
        const draft = dialectOf(channel).draft({ message, outId });
        if (!draft.ok) throw new Error(draft.outcome.reason);
        const { body = '', path, headers } = draft.make();
        const query = new URL(path, 'http://h').searchParams;
        query.delete('v');
        const fields: unknown =
          place === 'json'
            ? JSON.parse(body)
            : Object.fromEntries(place === 'form' ? new URLSearchParams(body) : query);
        const plain = (text: string) => Buffer.from(text).toString();
        expect(fields).toEqual({ content: plain(`is ${code}`), ref: plain(outId) });
        expect(headers['x-ref']).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('refuses a message that lacks a parameter, and one without content, before anything is sent', () => {
    const dialect = dialectOf(httpChannel());
    const without = (changes: Partial<Message>) =>
      dialect.draft({ message: messageTo('13800138000', changes), outId: 'o' }, key);
    expect(without({ templateParam: { other: '1' } })).toMatchObject({
      ok: false,
      outcome: { class: 'rejected', written: false, reason: expect.stringContaining('code') as string },
    });
    expect(without({ templateCode: 'SMS_1' })).toMatchObject({
      ok: false,
      outcome: { class: 'unprovisioned', written: false },
    });
  });

  it('is never given an Aliyun secret', () => {
    const pair = { kind: 'aliyun', accessKeyId: 'id', accessKeySecret: 'secret' } as const;
    const draft = dialectOf(httpChannel()).draft({ message: messageTo('13800138000'), outId: 'o' }, pair);
    expect(draft).toMatchObject({ ok: false, outcome: { class: 'misconfigured', written: false } });
    expect(usesKey(httpChannel({ request: { ...base.request, fields: { a: '1' } } }))).toBe(false);
  });
});

describe('GatewayDialect.read', () => {
  it.each([
    ['{"code":0,"sid":77}', 200, { outcome: { class: 'accepted', code: '0' }, bizId: '77' }],
    ['{"code":"1001"}', 200, { outcome: { class: 'throttled', code: '1001', excludes: 'account' } }],
    ['{"code":"9"}', 200, { outcome: { class: 'unknown', code: '9', written: true } }],
    ['{"code":{"a":1}}', 200, { outcome: { class: 'unknown' } }],
    ['<html>', 502, { outcome: { class: 'unknown' } }],
    ['', 200, { outcome: { class: 'unknown' } }],
  ])('reads %s with %i', (body, status, result) => {
    const answer = { status, headers: {}, body };
    expect(dialectOf(httpChannel()).read(answer)).toMatchObject({ kind: 'result', result });
  });
});
