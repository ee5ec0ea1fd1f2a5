import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failures, sampleMessage } from '../harness/application.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

/** Writes bytes to a port and gives all that comes back until the other side closes. */
function talk(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString('utf8')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}

const body = JSON.stringify(sampleMessage);
const close = 'Host: localhost\r\nConnection: close\r\n';
const post = (headers: string, content = body): string =>
  `POST /v1/messages HTTP/1.1\r\n${close}${headers}Content-Length: ${String(Buffer.byteLength(content))}\r\n\r\n` +
  Buffer.from(content).toString('latin1');
const json = 'Content-Type: application/json\r\n';
const chunked = (path: string, type: string, chunks: string): string =>
  `POST ${path} HTTP/1.1\r\n${close}Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

let nonces = 0;
/** The target of a send as an old SDK signs it, with its own secret or another. */
function target(
  change: Readonly<Record<string, string>> = {},
  secret = 'local-secret',
  method = 'GET',
): string {
  const parameters = {
    ...{ Action: 'SendSms', Version: '2017-05-25', Format: 'JSON', AccessKeyId: 'LTAILocal' },
    ...{ SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0', SignatureNonce: `nonce-${String(++nonces)}` },
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    ...{ PhoneNumbers: '13800138000', SignName: '阿里云', TemplateCode: 'SMS_154950909' },
    TemplateParam: '{"code":"123456"}',
    ...change,
  };
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const canonical = pairs.sort().join('&');
  const signature = createHmac('sha1', `${secret}&`)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest('base64');
  return `/?${canonical}&Signature=${encode(signature)}`;
}
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\n${close}${headers}\r\n`;
const xml = (code: string): RegExp => new RegExp(`^HTTP/1.1 4.*text/xml.*<Code>${code}</Code></Error>`, 's');
const told = (status: number, code: string): RegExp =>
  new RegExp(`^HTTP/1.1 ${String(status)} .*\\r\\n\\r\\n.*"[Cc]ode":"${code}"`, 's');
const longAgo = '2020-01-01T00:00:00Z';
/** A key of 80 KiB, which with its URL is more than the port reads. */
const huge = `X-Filler: ${'x'.repeat(81 * 1024)}\r\n`;
const form = 'application/x-www-form-urlencoded';
const garbage = '5\r\n{"pho\r\nzz\r\nnothing of a chunk\r\n0\r\n\r\n';

const native: readonly (readonly [string, string, RegExp])[] = [
  ['headers of 81 KiB', post(`${json}${huge}`), told(431, 'REQUEST_HEADERS_TOO_LARGE')],
  [
    'a key twice',
    post(`${json}Idempotency-Key: a\r\nIdempotency-Key: b\r\n`),
    told(400, 'REQUEST_HEADER_INVALID'),
  ],
  ['a type twice', post(`${json}Content-Type: text/plain\r\n`), told(400, 'REQUEST_HEADER_INVALID')],
  ['two lengths', post(`${json}Content-Length: 3\r\n`), told(400, 'REQUEST_MALFORMED')],
  ['a length and chunks', post(`${json}Transfer-Encoding: chunked\r\n`), told(400, 'REQUEST_MALFORMED')],
  ['two hosts', post(`${json}Host: 127.0.0.1\r\n`), told(403, 'REQUEST_HOST_REFUSED')],
  [
    'a key of 256',
    post(`${json}Idempotency-Key: ${'k'.repeat(256)}\r\n`),
    told(400, 'REQUEST_HEADER_INVALID'),
  ],
  [
    'a control character in a key',
    post(`${json}Idempotency-Key: a\x07b\r\n`),
    told(400, 'REQUEST_MALFORMED'),
  ],
  ['a tab in a key', post(`${json}Idempotency-Key: a\tb\r\n`), told(400, 'REQUEST_HEADER_INVALID')],
  ['a key beyond ASCII', post(`${json}Idempotency-Key: caf\xe9\r\n`), told(400, 'REQUEST_HEADER_INVALID')],
  [
    'garbage for chunks',
    chunked('/v1/messages', 'application/json', garbage),
    told(400, 'REQUEST_MALFORMED'),
  ],
  [
    'a GET with a body',
    `GET /v1/messages/none HTTP/1.1\r\n${close}Content-Length: 9\r\n\r\n{"some":1`,
    told(404, 'MESSAGE_NOT_FOUND'),
  ],
  [
    'a GET with garbage for chunks',
    `GET /v1/messages/none HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    told(404, 'MESSAGE_NOT_FOUND'),
  ],
  [
    'a query of 64 KiB + 1',
    `POST /v1/messages?${'q'.repeat(65_537)} HTTP/1.1\r\n${close}Content-Length: 0\r\n\r\n`,
    told(422, 'REQUEST_INVALID'),
  ],
];

const compat: readonly (readonly [string, string, RegExp])[] = [
  ['headers of 81 KiB', get(target(), huge), told(431, 'waystation.HeadersTooLarge')],
  ['garbage in place of a request', 'SendSms please\r\n\r\n', told(400, 'waystation.BodyMalformed')],
  [
    'a key twice',
    get(target(), 'Idempotency-Key: a\r\nIdempotency-Key: b\r\n'),
    told(400, 'waystation.IdempotencyKeyInvalid'),
  ],
  [
    'a key of 256',
    get(target(), `Idempotency-Key: ${'k'.repeat(256)}\r\n`),
    told(400, 'waystation.IdempotencyKeyInvalid'),
  ],
  [
    'a tab in a key',
    get(target(), 'Idempotency-Key: a\tb\r\n'),
    told(400, 'waystation.IdempotencyKeyInvalid'),
  ],
  [
    'a control character in a key',
    get(target(), 'Idempotency-Key: a\x07b\r\n'),
    told(400, 'waystation.BodyMalformed'),
  ],
  ['two hosts', get(target(), 'Host: 127.0.0.1\r\n'), told(403, 'waystation.CallerRefused')],
  ['another secret', get(target({}, 'another')), told(400, 'SignatureDoesNotMatch')],
  ['another secret, in XML', get(target({ Format: 'XML' }, 'another')), xml('SignatureDoesNotMatch')],
  ['an unknown key', get(target({ AccessKeyId: 'LTAIOther' })), told(404, 'InvalidAccessKeyId.NotFound')],
  ['an old time stamp', get(target({ Timestamp: longAgo })), told(400, 'InvalidTimeStamp.Expired')],
  [
    'an old time stamp, in XML',
    get(target({ Timestamp: longAgo, Format: 'XML' })),
    xml('InvalidTimeStamp.Expired'),
  ],
  ['a time stamp in words', get(target({ Timestamp: 'now' })), told(400, 'InvalidTimeStamp.Format')],
  ['an unknown action', get(target({ Action: 'DeleteSmsTemplate' })), told(404, 'InvalidAction.NotFound')],
  [
    'an unknown action, in XML',
    get(target({ Action: 'DeleteSmsTemplate', Format: 'XML' })),
    xml('InvalidAction.NotFound'),
  ],
  ['an action of blanks', get(target({ Action: ' <&> ', Format: 'XML' })), xml('InvalidAction.NotFound')],
  ['an unknown version', get(target({ Version: '2018-05-25' })), told(404, 'InvalidVersion')],
  [
    'an unknown format',
    get(target({ Format: 'YAML' }), 'Accept: application/json\r\n'),
    told(400, 'InvalidParameter'),
  ],
  ['an unknown format, asked by nobody', get(target({ Format: 'YAML' })), xml('InvalidParameter')],
  [
    'a GET with a JSON body',
    `GET ${target()} HTTP/1.1\r\n${close}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    told(415, 'waystation.ContentTypeNotSupported'),
  ],
  [
    'a GET whose body changes the message',
    `GET ${target()} HTTP/1.1\r\n${close}Content-Type: ${form}\r\nContent-Length: 11\r\n\r\nOutId=other`,
    told(400, 'SignatureDoesNotMatch'),
  ],
  ['garbage for chunks', chunked('/', form, garbage), /^HTTP\/1.1 400 .*<Code>waystation.BodyMalformed</s],
  [
    'a query of 64 KiB + 1',
    get(`/?${'q'.repeat(65_537 - 2)}`),
    /^HTTP\/1.1 414 .*<Code>waystation.UrlTooLong</s,
  ],
  [
    'a method that is none of theirs',
    `DELETE ${target()} HTTP/1.1\r\n${close}\r\n`,
    told(405, 'UnsupportedHTTPMethod'),
  ],
];

it('whatever callers of either API get wrong has its code in the shape they parse, and the agent lives', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const localKeys = set.path('local-keys');
  await writeFile(localKeys, 'LTAILocal: local-secret\n');
  const agent = await set.agent({ flags: ['--local-keys', localKeys] });
  const wrong: unknown[] = [];
  for (const [what, bytes, wanted] of [...native, ...compat]) {
    const answer = await talk(agent.url, bytes);
    if (!wanted.test(answer)) wrong.push({ what, answer: answer.slice(0, 600) });
  }
  expect(wrong).toEqual([]);
  expect(await set.simulator.texts()).toEqual([]);

  const used = target({ OutId: 'first', SignatureNonce: 'used' });
  expect(await talk(agent.url, get(used))).toMatch(told(200, 'OK'));
  expect(await talk(agent.url, get(used))).toMatch(told(200, 'OK'));
  const replayed = target({ OutId: 'second', SignatureNonce: 'used' });
  expect(await talk(agent.url, get(replayed))).toMatch(told(400, 'SignatureNonceUsed'));
  expect((await set.simulator.texts()).map(({ outId }) => outId)).toEqual(['first']);
  expect(failures(await set.application(agent, 'after').sendMany(10, 2))).toEqual([]);
});

it('a journal that a newer version wrote stops the start with its code, and is left as it was', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  const keyed = post(`${json}Idempotency-Key: newer\r\n`);
  expect(await talk(agent.url, keyed)).toMatch(told(200, 'OK'));
  await agent.stop();
  const format = join(dataDir, 'journal', 'format');
  const ours = await readFile(format, 'utf8');
  await writeFile(format, '1000\n');
  const refused = await set.agent({ dataDir }, false);
  expect((await refused.process.exited).code).toBe(6);
  expect(refused.process.lastLines()).toContain('JOURNAL_TOO_NEW');
  expect(await readFile(format, 'utf8')).toBe('1000\n');
  await writeFile(format, ours);
  const again = await set.agent({ dataDir });
  expect(await talk(again.url, keyed)).toMatch(/^HTTP\/1.1 200 .*Idempotent-Replayed: true/is);
});
