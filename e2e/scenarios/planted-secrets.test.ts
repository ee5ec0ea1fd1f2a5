import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { eventually } from '../harness/eventually.ts';
import { Search } from '../harness/planted.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Document, Scene } from '../harness/scene.ts';

/** Written differently by every encoder. */
const secrets = {
  accessKeySecret: 'Planted+Secret/7Qz of the account',
  wrongSecret: 'Planted+Wrong/8Rz of another',
  gatewayKey: 'Planted+Gateway/9Sz-key',
  localKey: 'Planted+Local/1Tz of a caller',
};
const journalKey = randomBytes(32);
const number = '13794613572';
const rejected = '13794613573';
const param = 'Pl4nted"+/ Param';
const idempotencyKey = 'Planted+Idempotency/2Uz';
const planted = { ...secrets, journalKey, number, rejected, param, idempotencyKey };
/** What is put where it does not belong. */
const misplaced = { number, param, ...secrets, idempotencyKey };

const template = { content: '您的订单${order}已发货。', kind: 'notice' };
const owns = { signs: [{ name: '阿里云' }], templates: { SMS_1: template } };
const scene = sceneOfFile({
  simulator: {
    accounts: {
      main: {
        ...owns,
        keys: [{ accessKeyId: 'LTAIPlanted', accessKeySecret: secrets.accessKeySecret }],
        blockedNumbers: [`+86${rejected}`],
      },
      other: { apiKeys: [secrets.gatewayKey], signs: owns.signs },
    },
  },
});

const message = {
  phoneNumbers: number,
  signName: '阿里云',
  templateCode: 'SMS_1',
  templateParam: { order: param },
};

function gatewayOf(set: Scene): Document {
  const fields = {
    apikey: '${credential.key}',
    mobile: '${phone.national}',
    content: '【${signName}】${content}',
    ref: '${outId}',
  };
  return {
    provider: 'http',
    endpoint: set.simulator.urls['other'],
    credential: 'other',
    contents: { SMS_1: template.content },
    request: { method: 'POST', body: 'form', fields },
    answer: {
      code: '/code',
      accepted: ['0'],
      id: '/sid',
      classes: { '1001': 'throttled' },
      otherwise: 'unknown',
    },
  };
}

function strategyOf(set: Scene): Document {
  const route = (name: string, channel: string, match?: object) => ({
    name,
    ...(match && { match }),
    policy: { kind: 'primary-backup', order: [channel] },
    onUnknownOutcome: 'fail',
  });
  return set.strategy({
    channels: {
      'cn-hangzhou': set.channel('cn-hangzhou'),
      wrong: set.channel('ap-southeast-1', { credential: 'wrong' }),
      gateway: gatewayOf(set),
    },
    // Two are asked for by name only.
    routes: [
      route('wrong', 'wrong', { signNames: ['by name'] }),
      route('gateway', 'gateway', { signNames: ['by name'] }),
      route('main', 'cn-hangzhou'),
    ],
    timeouts: { connectMs: 2000, readMs: 2000, totalMs: 4000 },
    health: { probe: { kind: 'off' } },
  });
}

async function agentOf(set: Scene, dataDir: string): Promise<AgentProcess> {
  const keyFile = set.path('journal-key');
  await writeFile(keyFile, journalKey.toString('base64'));
  const localKeys = set.path('local-keys');
  await writeFile(localKeys, `LTAILocal: ${JSON.stringify(secrets.localKey)}\n`);
  return set.agent({
    id: 'planted',
    dataDir,
    flags: ['--journal-key-file', keyFile, '--local-keys', localKeys, '--log-level', 'trace'],
    env: {
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'LTAIPlanted',
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: secrets.accessKeySecret,
      WAYSTATION_CREDENTIAL_WRONG_ACCESS_KEY_ID: 'LTAIPlanted',
      WAYSTATION_CREDENTIAL_WRONG_ACCESS_KEY_SECRET: secrets.wrongSecret,
      WAYSTATION_CREDENTIAL_OTHER_API_KEY: secrets.gatewayKey,
    },
  });
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks with whatever headers and path, and gives the whole answer as one text. */
async function ask(url: string, { method = 'GET', path, headers, body }: Asked): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ hostname, port, method, path, headers }, (answer: IncomingMessage) => {
      let text = `${String(answer.statusCode)} ${JSON.stringify(answer.headers)} `;
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        resolve(text);
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const native = (body: unknown, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: 'POST',
  path: '/v1/messages',
  headers: { ...json, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A send as an old SDK signs it. */
function compat(change: Readonly<Record<string, string>> = {}, secret = secrets.localKey): Asked {
  const parameters = {
    ...{ Action: 'SendSms', Version: '2017-05-25', Format: 'JSON', AccessKeyId: 'LTAILocal' },
    ...{ SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0', SignatureNonce: randomUUID() },
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    ...{ PhoneNumbers: number, SignName: '阿里云', TemplateCode: 'SMS_1' },
    TemplateParam: JSON.stringify({ order: param }),
    ...change,
  };
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const canonical = pairs.sort().join('&');
  const text = `GET&%2F&${encode(canonical)}`;
  const signature = createHmac('sha1', `${secret}&`).update(text).digest('base64');
  return { path: `/?${canonical}&Signature=${encode(signature)}` };
}

/** What is put in every field and header in turn. */
function* invalid(mark: string): Iterable<Asked> {
  const fields = ['phoneNumbers', 'signName', 'templateCode', 'templateParam', 'outId', 'smsUpExtendCode'];
  for (const field of [...fields, 'route', 'deliverBy', mark]) {
    yield native({ ...message, [field]: mark });
    yield native({ ...message, [field]: `${mark}\u0007`.repeat(20) });
    yield native({ ...message, [field]: [mark] });
    yield native({ ...message, [field]: { [mark]: { [mark]: mark } } });
  }
  yield native(`{"phoneNumbers": "${mark}`);
  yield native(JSON.stringify(mark));
  const names = [
    'idempotency-key',
    'request-timeout-ms',
    'content-type',
    'content-encoding',
    'host',
    'origin',
  ];
  for (const name of [
    ...names,
    'referer',
    'cookie',
    'traceparent',
    'authorization',
    'x-acs-action',
    'expect',
  ]) {
    yield native(message.signName, { [name]: mark });
    yield { ...compat(), headers: { [name]: mark } };
  }
  yield { path: `/${encode(mark)}` };
  yield { path: `/v1/messages/${encode(mark)}` };
  yield { path: `/v1/messages/none?${encode(mark)}=${encode(mark)}` };
  yield { method: 'PUT', path: `/?${encode(mark)}` };
  const parameters = ['Action', 'Version', 'Format', 'AccessKeyId', 'SignatureMethod', 'SignatureVersion'];
  const more = ['SignatureNonce', 'Timestamp', 'PhoneNumbers', 'TemplateParam', 'SmsUpExtendCode'];
  for (const name of [...parameters, ...more]) yield compat({ [name]: mark });
  yield { path: `/?${encode(mark)}=%ff&Action=${encode(mark)}` };
  yield { method: 'POST', path: '/', headers: { 'content-type': mark }, body: mark };
  const acs3 = `ACS3-HMAC-SHA256 Credential=${mark},SignedHeaders=host,Signature=${mark}`;
  yield { path: '/?Action=SendSms&Version=2017-05-25', headers: { authorization: acs3 } };
}

/** Every file below a folder. */
async function filesBelow(folder: string): Promise<readonly (readonly [string, Buffer])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file)] as const));
}

/** Sends of all kinds, each answered as it must be; gives all answers. */
async function sendAll(set: Scene, send: (asked: Asked) => Promise<string>): Promise<void> {
  const by = (route: string, change: object = {}): object => ({ ...message, route, ...change });
  const key = (name: string) => ({ 'idempotency-key': `${idempotencyKey}-${name}` });
  const sends: (readonly [Asked, RegExp])[] = [
    [native(by('main'), key('taken')), /^200 .*"code":"OK"/],
    [native(by('main'), key('taken')), /^200 .*"idempotent-replayed":"true"/],
    [native(by('main', { outId: 'other' }), key('taken')), /^422 .*IDEMPOTENCY_KEY_REUSED/],
    [native(by('main')), /^200 .*"code":"OK"/],
    [native(by('gateway'), key('gateway')), /^200 .*"code":"OK"/],
    [native(by('main', { phoneNumbers: rejected }), key('rejected')), /^422 .*SEND_REJECTED/],
    [native(by('main', { templateCode: 'SMS_9' })), /^422 .*SEND_REJECTED/],
    [native(by('wrong'), key('wrong')), /^503 .*SEND_NO_CHANNEL/],
    [compat(), /^200 .*"Code":"OK"/],
    [compat({ PhoneNumbers: rejected }), /"Code":"isv\./],
    [compat({}, secrets.wrongSecret), /SignatureDoesNotMatch/],
    [compat({ Timestamp: '2020-01-01T00:00:00Z' }), /InvalidTimeStamp.Expired/],
    [compat({ Action: 'QuerySendDetails', PhoneNumber: number, SendDate: 'x' }), /"Code":"/],
  ];
  for (const [asked, wanted] of sends) expect(await send(asked)).toMatch(wanted);
  const faults: (readonly [object, RegExp])[] = [
    [{ kind: 'hang', accepted: true }, /^504 .*SEND_OUTCOME_UNKNOWN|waystation.SendOutcomeUnknown/],
    [{ kind: 'html', accepted: true }, /^504 .*SEND_OUTCOME_UNKNOWN|waystation.SendOutcomeUnknown/],
    [{ kind: 'code', code: 'isv.BUSINESS_LIMIT_CONTROL' }, /^429 |isv.BUSINESS_LIMIT_CONTROL/],
    [{ kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH' }, /^503 |isv.AMOUNT_NOT_ENOUGH/],
  ];
  for (const [at, [fault, wanted]] of faults.entries()) {
    await set.simulator.setFault({ region: '*', match: { action: 'SendSms' }, ...fault });
    expect(await send(native(by('main'), key(`fault-${String(at)}`)))).toMatch(wanted);
    expect(await send(native(by('main')))).toMatch(wanted);
    expect(await send(compat())).toMatch(wanted);
    await set.simulator.clearFaults();
  }
}

it('what is planted in sends of all kinds is found in no answer, log, status, report, command or file', async () => {
  const set = scene();
  await set.apply(strategyOf(set));
  const dataDir = set.path('data');
  const agent = await agentOf(set, dataDir);
  const search = new Search(planted);
  // That the search finds anything at all, in each of the writings.
  for (const written of [number, Buffer.from(`x${param}`).toString('base64'), journalKey.toString('hex')]) {
    expect(search.in('itself', `…${written}…`)).toHaveLength(1);
  }
  const found: string[] = [];
  const ids = new Set<string>();
  let answers = 0;
  const send = async (asked: Asked): Promise<string> => {
    const answer = await ask(agent.url, asked);
    answers += 1;
    found.push(...search.in(`the answer to ${asked.method ?? 'GET'} ${asked.path.slice(0, 40)}`, answer));
    for (const [, id = ''] of answer.matchAll(/"id":"([\w-]+)"/g)) ids.add(id);
    return answer;
  };
  await sendAll(set, send);
  for (const mark of Object.values(misplaced)) {
    for (const asked of invalid(mark)) await send(asked);
  }
  for (const id of ids) await send({ path: `/v1/messages/${id}` });
  expect(ids.size).toBeGreaterThan(10);
  expect(answers).toBeGreaterThan(500);

  const lookAt = async (when: string): Promise<void> => {
    for (const [file, bytes] of await filesBelow(dataDir))
      found.push(...search.in(`${when}: ${file}`, bytes));
  };
  for (const path of ['/status', '/readyz', '/healthz']) {
    found.push(...search.in(path, await ask(agent.adminUrl, { path })));
  }
  await eventually('the agent is listed', async () => {
    expect(await set.mustWayctl('agents')).toContain('planted');
  });
  for (const command of ['status', 'agents', 'events']) {
    found.push(...search.in(`wayctl ${command}`, (await set.wayctl(command, '--output', 'json')).output));
  }
  const dump = ['get', '', '--prefix', '--write-out=simple'];
  found.push(...search.in('etcd', await set.etcd.etcdctl(dump)));
  await lookAt('while it runs');
  await agent.stop();
  await lookAt('after its end');
  const { lines } = agent.process;
  // None was dropped by the harness.
  expect([lines.length > 20, lines.length < 2000]).toEqual([true, true]);
  found.push(...search.in('the log', lines.join('\n')));
  expect([...new Set(found)]).toEqual([]);
});
