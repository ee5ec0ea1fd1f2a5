import { afterEach, describe, expect, it } from 'vitest';
import { ApiFixture } from '../../testing/api-fixture.ts';
import type { ApiSetup } from '../../testing/api-fixture.ts';
import { checked } from '../../testing/compat-request.ts';
import { readSdkRequests, replay } from '../../testing/sdk-requests.ts';
import type { RawAnswer } from '../../testing/sdk-requests.ts';

// What SDKs of Java, Python, Go, PHP and C# send, old and new, byte for byte; `testing/sdk-requests/README.md`.

const requests = await readSdkRequests();

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

const message = {
  phoneNumbers: ['13800138000', '+8613900139000'],
  e164: ['+8613800138000', '+8613900139000'],
  signName: '阿里云',
  templateCode: 'SMS_154950909',
  templateParam: { code: "12 34*~'()" },
  templateParamText: `{"code":"12 34*~'()"}`,
  outId: "o+1 ~*'()",
};

/** What SDKs look for: type, root and members by which they read a code. */
function codeOf({ contentType, text }: RawAnswer, answer: 'json' | 'xml'): string | undefined {
  if (answer === 'json') {
    expect(contentType).toBe('application/json;charset=utf-8');
    return (JSON.parse(text) as { Code?: string }).Code;
  }
  expect(contentType).toBe('text/xml;charset=utf-8');
  return /<(?:SendSmsResponse|Error)>.*<Code>([^<]+)<\/Code>/.exec(text)?.[1];
}

it('there are requests of five languages, of both generations', () => {
  const languages = new Set(requests.map(({ name }) => name.split('-')[0]));
  expect([...languages]).toEqual(['csharp', 'go', 'java', 'php', 'python']);
  const modern = requests.filter(({ bytes }) => bytes.includes('ACS3-HMAC-SHA256'));
  expect(modern.length).toBeGreaterThanOrEqual(5);
  expect(requests.length - modern.length).toBeGreaterThanOrEqual(9);
});

describe.each(requests)('$name', ({ bytes, answer, needsLocalKeys }) => {
  it('is verified, sent once, and answered in the shape that it reads; sent again it is the same', async () => {
    const { port, sent } = await open(checked);
    const first = await replay(port, bytes);
    expect([first.status, codeOf(first, answer)]).toEqual([200, 'OK']);
    for (const member of ['BizId', 'RequestId', 'Message']) expect(first.text).toContain(member);
    expect(sent.map(([what]) => what)).toEqual([message]);
    expect(await replay(port, bytes)).toEqual(first);
    expect(sent).toHaveLength(1);
  });

  it('with another number, another secret or an hour later is refused in that shape', async () => {
    const { port, sent } = await open(checked);
    const changed = bytes.replace('13900139000', '13900139001');
    const refused = await replay(port, changed);
    expect([refused.status, codeOf(refused, answer)]).toEqual([400, 'SignatureDoesNotMatch']);
    await fixture?.stop();
    const secrets = new Map([['LTAILocal', 'another']]);
    const other = await open({ ...checked, localKeys: { kind: 'keys', secrets } });
    expect(codeOf(await replay(other.port, bytes), answer)).toBe('SignatureDoesNotMatch');
    await fixture?.stop();
    const late = await open({ ...checked, wallTime: () => Date.UTC(2026, 0, 31, 13, 0, 0) });
    expect(codeOf(await replay(late.port, bytes), answer)).toBe('InvalidTimeStamp.Expired');
    expect([...sent, ...other.sent, ...late.sent]).toEqual([]);
  });

  it(`without --local-keys is ${needsLocalKeys ? 'refused, naming the flag' : 'taken'}`, async () => {
    const { port, sent } = await open({});
    const told = await replay(port, bytes);
    const code = needsLocalKeys ? 'waystation.LocalKeysRequired' : 'OK';
    expect([told.status, codeOf(told, answer)]).toEqual([needsLocalKeys ? 403 : 200, code]);
    expect(sent).toHaveLength(needsLocalKeys ? 0 : 1);
  });
});
