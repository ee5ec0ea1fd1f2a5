import { afterEach, describe, expect, it } from 'vitest';
import { ApiFixture, good, rawPost, talk } from '../testing/api-fixture.ts';
import { any, ask, signed } from '../testing/compat-request.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(): Promise<ApiFixture> {
  fixture = await new ApiFixture({ localKeys: any }).start();
  return fixture;
}

describe('a target that names scheme and host', () => {
  it.each([
    ['the native API', rawPost(good, 'Connection: close\r\n').replace('POST ', 'POST http://localhost')],
    [
      'the Aliyun-compatible API',
      `GET HTTP://LOCALHOST/?${signed()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ],
    [
      'the Aliyun-compatible API, without a path',
      `GET http://localhost?${signed()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ],
  ])('is taken by %s', async (_, bytes) => {
    const { port, sent } = await open();
    expect(await talk(port, bytes)).toMatch(/^HTTP\/1\.1 200 .*"OK"/s);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['a foreign host', 'http://evil.example/', 'evil.example'],
    ['a foreign host beside a good Host', 'http://evil.example/', 'localhost'],
    ['a good host beside a foreign Host', 'http://localhost/', 'evil.example'],
    ['somebody at a host', 'http://a@localhost/', 'a@localhost'],
  ])('is refused with %s', async (_, target, host) => {
    const { port, sent } = await open();
    const answer = await talk(
      port,
      `GET ${target}?${signed()} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 .*"Code":"waystation.CallerRefused"/s);
    expect(answer).not.toContain('evil');
    expect(sent).toEqual([]);
  });
});

describe('a request line', () => {
  it.each([
    ['HTTP/2.0', '400', 'REQUEST_MALFORMED', 0],
    ['HTTP/1.0', '200', 'OK', 1],
  ])('of %s is answered with %s', async (version, status, code, times) => {
    const { port, sent } = await open();
    const answer = await talk(port, rawPost(good, 'Connection: close\r\n').replace('HTTP/1.1', version));
    expect(answer.slice(9, 12)).toBe(status);
    expect(answer).toContain(`"code":"${code}"`);
    expect(sent).toHaveLength(times);
  });

  it('with CONNECT is refused by a word, after the answers that are owed', async () => {
    const { port } = await open();
    const answer = await talk(
      port,
      `${rawPost(good)}CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n`,
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 405']);
    expect(answer).toMatch(/\r\nallow: \r\n.*"code":"REQUEST_METHOD_NOT_ALLOWED".*"UnsupportedHTTPMethod"/s);
  });

  it('with a method that / does not take is told which it takes', async () => {
    const { port } = await open();
    const { status, headers } = await ask(port, '/', { method: 'PUT' });
    expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
  });
});
