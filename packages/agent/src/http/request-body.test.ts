import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiFixture, good, talk } from '../testing/api-fixture.ts';
import { any, signed } from '../testing/compat-request.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(): Promise<ApiFixture> {
  fixture = await new ApiFixture({ localKeys: any }).start();
  return fixture;
}

const native = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const compat =
  'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n';
const apis = [
  ['the native API', native, good],
  ['the Aliyun-compatible API', compat, signed({}, 'POST')],
] as const;

describe('a caller that sends its body only once it is wanted', () => {
  it.each(apis)('is told to go on, by %s', async (_, head, body) => {
    const { port } = await open();
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let heard = '';
    socket.on('data', (piece: string) => (heard += piece));
    const length = String(Buffer.byteLength(body));
    socket.write(`${head}Connection: close\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`);
    await expect.poll(() => heard).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    await once(socket, 'close');
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 .*"OK"/s);
  });

  it.each(apis)('is refused at once where it announces too much, by %s', async (_, head) => {
    const { port } = await open();
    const answer = await talk(port, `${head}Expect: 100-continue\r\nContent-Length: 262145\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a body', () => {
  const garbled = ['400', 'REQUEST_MALFORMED', 'waystation.BodyMalformed'] as const;
  const compressed = ['415', 'REQUEST_CONTENT_TYPE', 'waystation.ContentTypeNotSupported'] as const;

  it.each([
    ['whose first chunk is none', 'chunked', 'zz\r\n', garbled],
    ['that is compressed and not chunked', 'gzip', '', garbled],
    ['of an unknown coding', 'xchunked', '', garbled],
    ['that is compressed and chunked', 'gzip, chunked', undefined, compressed],
  ])('%s is refused at once', async (_, coding, sentBody, [status, code, compatCode]) => {
    const { port, sent } = await open();
    for (const [, head, body] of apis) {
      const bytes = sentBody ?? `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      const start = `${head}Connection: close\r\nTransfer-Encoding: ${coding}\r\n\r\n`;
      const answer = await talk(port, start + bytes);
      expect(answer.slice(9, 12)).toBe(status);
      expect(answer).toContain(
        `"${head === native ? 'code' : 'Code'}":"${head === native ? code : compatCode}"`,
      );
    }
    expect(sent).toEqual([]);
  });

  it('is taken whose coding is written in capitals', async () => {
    const { port, sent } = await open();
    const body = `${Buffer.byteLength(good).toString(16)}\r\n${good}\r\n0\r\n\r\n`;
    const answer = await talk(
      port,
      `${native}Connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n${body}`,
    );
    expect([answer.slice(9, 12), sent.length]).toEqual(['200', 1]);
  });
});
