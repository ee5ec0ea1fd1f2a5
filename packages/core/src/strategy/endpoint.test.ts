import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint.ts';

describe('an endpoint', () => {
  it.each([
    ['dysmsapi.aliyuncs.com', 'https://dysmsapi.aliyuncs.com/', 'dysmsapi.aliyuncs.com:443'],
    ['DYSMSAPI.aliyuncs.com:8443', 'https://dysmsapi.aliyuncs.com:8443/', 'dysmsapi.aliyuncs.com:8443'],
    ['http://127.0.0.1', 'http://127.0.0.1/', '127.0.0.1:80'],
    ['https://[::1]:7300', 'https://[::1]:7300/', '[::1]:7300'],
    ['HTTPS://sms.example.com/a/b?c=d%20e', 'https://sms.example.com/a/b?c=d%20e', 'sms.example.com:443'],
  ])('%s', (text, url, host) => {
    expect(parseEndpoint(text)).toMatchObject({ url, host });
  });

  it.each([
    '',
    'https://',
    'ftp://sms.example.com',
    'https://user@sms.example.com',
    'https://dysmsapi.aliyuncs.com@evil.com',
    'https://evil.com\\@dysmsapi.aliyuncs.com',
    'https://evil.com#dysmsapi.aliyuncs.com',
    'https://sms.example.com/#fragment',
    'https://sms.example.com/${credential.key}',
    'https://sms%2eexample.com',
    'https://短信.example.com',
    'sms.example.com:0',
    'sms.example.com:65536',
    'sms.example.com:',
    'sms..example.com',
    'sms.example.com.',
    '.example.com',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '256.0.0.1',
    '127.0.0.1.',
    ' sms.example.com',
    'sms.example.com\n',
    'https://[80]/',
    'https://[1:::1]/',
    'https://[1::1::1]/',
    'https://[12345::1]/',
  ])('is not %j', (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });

  it('names the host that a URL parser will connect to', () => {
    const part = fc.constantFrom(
      'a',
      'b-c',
      '1',
      '.',
      ':',
      '@',
      '/',
      '\\',
      '#',
      '?',
      '80',
      '[',
      ']',
      '%41',
      '::1',
      '0x7f',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.constantFrom('', 'http://', 'https://'),
        (parts, scheme) => {
          const endpoint = parseEndpoint(scheme + parts.join(''));
          if (endpoint === undefined) return;
          const url = new URL(endpoint.url);
          const port = url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port;
          expect(`${url.hostname}:${port}`).toBe(endpoint.host);
          expect(url.username + url.password + url.hash).toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
