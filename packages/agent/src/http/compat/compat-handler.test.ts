import { afterEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../../send/send-result.ts';
import { accepted, ApiFixture, facts, talk } from '../../testing/api-fixture.ts';
import type { ApiSetup } from '../../testing/api-fixture.ts';
import { any, ask, checked, formType, signed } from '../../testing/compat-request.ts';
import type { Asked } from '../../testing/compat-request.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

describe('a request', () => {
  it('may have its parameters in the query, in the form, or in both', async () => {
    const { port, sent } = await open(checked);
    const query = signed({ SignatureNonce: 'a' });
    expect((await ask(port, `/?${query}`)).status).toBe(200);
    const form = signed({ SignatureNonce: 'b' }, 'POST');
    expect((await ask(port, '/', { method: 'POST', headers: formType, body: form })).status).toBe(200);
    const both = signed({ SignatureNonce: 'c' }, 'POST').split('&');
    const request = { method: 'POST', headers: formType, body: both.slice(4).join('&') };
    expect((await ask(port, `/?${both.slice(0, 4).join('&')}`, request)).status).toBe(200);
    expect(sent).toHaveLength(3);
  });

  it('is answered as XML where it asks for it or does not say', async () => {
    const { port } = await open({ localKeys: any });
    for (const format of ['XML', undefined]) {
      const answer = await ask(port, `/?${signed({ Format: format, SignatureNonce: String(format) })}`);
      expect(answer.headers['content-type']).toBe('text/xml;charset=utf-8');
      expect(answer.text).toBe(
        "<?xml version='1.0' encoding='UTF-8'?><SendSmsResponse><Message>OK</Message>" +
          '<RequestId>r</RequestId><Code>OK</Code><BizId>b</BizId></SendSmsResponse>',
      );
    }
    const refused = await ask(port, `/?${signed({ Format: 'XML', Action: '<a>&"' })}`);
    expect(refused.text).toMatch(
      /^<\?xml .*\?><Error><RequestId>.+<\/RequestId><Message>.+<\/Message><Recommend>.+&amp;.+<\/Recommend><HostId>127\.0\.0\.1:\d+<\/HostId><Code>InvalidAction.NotFound<\/Code><\/Error>$/,
    );
  });

  it('that is repeated with its nonce is one message, whatever signature the repeat has', async () => {
    const { port, sent } = await open(checked);
    const asQuery = signed();
    // The method is part of what is signed.
    const asForm = signed({}, 'POST');
    expect(asForm).not.toBe(asQuery);
    const first = await ask(port, `/?${asQuery}`);
    const again = await ask(port, '/', { method: 'POST', headers: formType, body: asForm });
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(first.status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  it('that is repeated with its nonce is one message, at once and later, and another message is another', async () => {
    let release: ((result: SendResult) => void) | undefined;
    const gate = new Promise<SendResult>((resolve) => (release = resolve));
    const { port, sent } = await open({ localKeys: any, answer: () => gate });
    const path = `/?${signed()}`;
    const first = ask(port, path);
    await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(1);
    const second = ask(port, path);
    // Everybody may name this key, and with it the nonce.
    const other = ask(port, `/?${signed({ PhoneNumbers: '13900139000' })}`);
    await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(2);
    release?.(accepted);
    const texts = (await Promise.all([first, second, other, ask(port, path)])).map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it('of which nothing was written may be repeated with its nonce', async () => {
    let result: SendResult = { ...facts, kind: 'deadline', reason: 'too late' };
    const { port, sent } = await open({ ...checked, answer: () => result });
    const path = `/?${signed()}`;
    expect((await ask(port, path)).status).toBe(503);
    result = accepted;
    expect((await ask(port, path)).status).toBe(200);
    expect((await ask(port, path)).status).toBe(200);
    expect(sent).toHaveLength(2);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, number, string]>([
    ['no key', { AccessKeyId: undefined }, 400, 'MissingAccessKeyId'],
    ['no nonce', { SignatureNonce: undefined }, 400, 'MissingSignatureNonce'],
    ['no time stamp', { Timestamp: '' }, 400, 'MissingTimestamp'],
    ['another method of signing', { SignatureMethod: 'HMAC-MD5' }, 400, 'InvalidSignatureMethod'],
    ['another version of signing', { SignatureVersion: '2.0' }, 400, 'InvalidSignatureVersion'],
    ['a time stamp in words', { Timestamp: 'now' }, 400, 'InvalidTimeStamp.Format'],
    ['an impossible time', { Timestamp: '2026-13-31T12:00:00Z' }, 400, 'InvalidTimeStamp.Format'],
    ['an old time stamp', { Timestamp: '2026-01-31T11:44:59Z' }, 400, 'InvalidTimeStamp.Expired'],
    ['a time stamp ahead', { Timestamp: '2026-01-31T12:15:01Z' }, 400, 'InvalidTimeStamp.Expired'],
    ['an unknown key', { AccessKeyId: 'LTAIOther' }, 404, 'InvalidAccessKeyId.NotFound'],
    ['an unknown action', { Action: 'DeleteSmsTemplate' }, 404, 'InvalidAction.NotFound'],
    ['no version', { Version: undefined }, 400, 'MissingVersion'],
    ['another version', { Version: '2018-05-25' }, 404, 'InvalidVersion'],
    ['an unknown format', { Format: 'YAML' }, 400, 'InvalidParameter'],
    ['NUL', { OutId: 'a\0' }, 400, 'InvalidParameter'],
    ['no numbers', { PhoneNumbers: undefined }, 400, 'MissingPhoneNumbers'],
    ['no sign', { SignName: '' }, 400, 'MissingSignName'],
    ['a number that is none', { PhoneNumbers: '13800138000,12' }, 200, 'isv.MOBILE_NUMBER_ILLEGAL'],
    ['too many numbers', { PhoneNumbers: '1,'.repeat(1000) }, 200, 'isv.MOBILE_COUNT_OVER_LIMIT'],
    ['parameters that are no JSON', { TemplateParam: '{"code":"123456"' }, 200, 'isv.INVALID_JSON_PARAM'],
    ['parameters within parameters', { TemplateParam: '{"code":{}}' }, 200, 'isv.INVALID_JSON_PARAM'],
  ])('with %s is refused', async (_name, change, status, code) => {
    const { port, sent } = await open(checked);
    const query = signed(change);
    const answer = await ask(port, `/?${query}`, { headers: { accept: 'application/json' } });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { Code: code }]);
    expect(answer.text).not.toMatch(/123456|13800138000/);
    expect(sent).toEqual([]);
  });

  it('with a used nonce or a changed parameter is refused where keys are checked', async () => {
    const { port, sent } = await open(checked);
    expect((await ask(port, `/?${signed()}`)).status).toBe(200);
    const again = await ask(port, `/?${signed({ PhoneNumbers: '13900139000' })}`);
    expect([again.status, JSON.parse(again.text)]).toMatchObject([400, { Code: 'SignatureNonceUsed' }]);
    const changed = await ask(
      port,
      `/?${signed({ SignatureNonce: 'n-2' }).replace('13800138000', '13900139000')}`,
    );
    expect(JSON.parse(changed.text)).toMatchObject({ Code: 'SignatureDoesNotMatch' });
    expect(sent).toHaveLength(1);
  });

  it.each<[string, string, Asked, number, string]>([
    ['PUT', '/', { method: 'PUT' }, 405, 'UnsupportedHTTPMethod'],
    ['no action', '/', {}, 404, 'InvalidAction.NotFound'],
    ['no UTF-8', '/?Action=SendSms&SignName=%ff', {}, 400, 'InvalidParameter'],
    ['a name that stands twice', `/?${signed()}&SignName=x`, {}, 400, 'InvalidParameter'],
    ['a URL over 64 KiB', `/?a=${'x'.repeat(65_536 - 3)}`, {}, 414, 'waystation.UrlTooLong'],
    [
      'a JSON body',
      '/',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      415,
      'waystation.ContentTypeNotSupported',
    ],
    [
      'a body over 256 KiB',
      '/',
      { method: 'POST', headers: formType, body: 'x'.repeat(262_145) },
      413,
      'waystation.BodyTooLarge',
    ],
    ['Origin', '/', { headers: { origin: 'https://example.com' } }, 403, 'waystation.CallerRefused'],
    ['a foreign Host', '/', { headers: { host: 'evil.example' } }, 403, 'waystation.CallerRefused'],
    [
      'a blank in Idempotency-Key',
      `/?${signed()}`,
      { headers: { 'idempotency-key': 'a b' } },
      400,
      'waystation.IdempotencyKeyInvalid',
    ],
  ])('with %s is refused', async (_name, path, asked, status, code) => {
    const { port, sent } = await open({ localKeys: any });
    const answer = await ask(port, path, {
      ...asked,
      headers: { accept: 'application/json', ...asked.headers },
    });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { Code: code }]);
    expect(sent).toEqual([]);
  });

  it.each([
    ['in the query', '/?Format=JSON&SignName=%zz', {}],
    ['in the query behind it', '/?SignName=%ff&Format=JSON', {}],
    ['in the form', '/', { method: 'POST', headers: formType, body: 'SignName=%ff&Format=JSON' }],
  ])('that cannot be decoded is refused in the format that it asks for %s', async (_name, path, asked) => {
    const { port } = await open({ localKeys: any });
    const { headers, text } = await ask(port, path, asked);
    expect(headers['content-type']).toBe('application/json;charset=utf-8');
    expect(text).toContain('percent-encoded');
  });

  it('by GET may have its parameters in a form, and is refused where they may stand in another body', async () => {
    const { port, sent } = await open({ localKeys: any });
    const body = signed();
    const length = { 'content-length': String(body.length) };
    expect((await ask(port, '/', { headers: { ...formType, ...length }, body })).status).toBe(200);
    const json = { 'content-type': 'application/json', ...length };
    expect((await ask(port, `/?${signed({ OutId: 'o' })}`, { headers: json, body })).status).toBe(415);
    expect(sent).toHaveLength(1);
  });

  it('is passed with its URL of 64 KiB', async () => {
    const { port, sent } = await open({ localKeys: any });
    const query = signed({ OutId: 'x' });
    const path = `/?${query}&a=${'x'.repeat(65_536 - query.length - 5)}`;
    expect([path.length, (await ask(port, path)).status, sent.length]).toEqual([65_536, 200, 1]);
  });

  it('with a garbled chunked body is refused, and the port lives', async () => {
    const { port, sent } = await open({ localKeys: any });
    const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
    const answer = await talk(port, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nActio\r\nzz\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*<Code>waystation.BodyMalformed</s);
    expect(sent).toEqual([]);
    expect((await ask(port, `/?${signed()}`)).status).toBe(200);
  });
});

describe('without --local-keys', () => {
  it('a bare signed URL is refused by whatever way a page may send it, naming the flag', async () => {
    const { port, sent } = await open();
    const body = signed({ AccessKeyId: 'x' }, 'POST');
    const answers = [
      await ask(port, `/?${signed()}`),
      await ask(port, '/', { method: 'POST', headers: formType, body }),
      await ask(port, `/?${signed()}`, { method: 'POST', headers: { 'content-type': 'text/plain' } }),
      await ask(port, `/?${signed()}`, { headers: { authorization: 'Basic QUNTMy0=', accept: '*/*' } }),
    ];
    for (const { status, text } of answers) {
      expect([status, JSON.parse(text)]).toMatchObject([403, { Code: 'waystation.LocalKeysRequired' }]);
      expect(text).toContain('--local-keys FILE');
    }
    expect(sent).toEqual([]);
  });

  it.each([
    ['x-sdk-client', { 'x-sdk-client': 'Java/2.0.0' }],
    ['x-acs-action', { 'x-acs-action': 'SendSms' }],
  ])('%s proves that no page sent it', async (_name, headers) => {
    const { port, sent } = await open();
    expect((await ask(port, `/?${signed()}`, { headers })).status).toBe(200);
    expect(sent).toHaveLength(1);
  });
});
