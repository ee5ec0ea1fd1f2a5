import { describe, expect, it } from 'vitest';
import { defaultAllowEndpoints, isEndpointAllowed, parseAllowEndpoint } from './allow-endpoint.ts';
import type { AllowEndpoint } from './allow-endpoint.ts';
import { regionHosts } from './region-hosts.ts';

function read(...texts: readonly string[]): AllowEndpoint[] {
  return texts.map((text) => {
    const parsed = parseAllowEndpoint(text);
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.entry;
  });
}

describe('the default list', () => {
  const entries = read(...defaultAllowEndpoints);

  it.each([
    ...Object.values(regionHosts),
    'dysmsapi-vpc.aliyuncs.com',
    'https://dysmsapi-xman.vpc-proxy.aliyuncs.com/',
    'dysmsapi-xman-vpc.eu-central-1.aliyuncs.com',
    'dysmsapi.cn-hangzhou.aliyuncs.com:443',
    'dysmsapi.cn-north-2-gov-1.aliyuncs.com',
  ])('lets %s pass', (endpoint) => {
    expect(isEndpointAllowed(endpoint, entries)).toBe(true);
  });

  it.each([
    // Anyone can rent a host name below aliyuncs.com, such as a bucket's.
    'dysmsapi.oss-cn-hangzhou.aliyuncs.com',
    'dysmsapi-evil.oss-cn-hangzhou.aliyuncs.com',
    'mine.cn-hangzhou.aliyuncs.com',
    'dysmsapi.mine.cn-hangzhou.aliyuncs.com',
    'dysmsapi.REGION.aliyuncs.com',
    'dysmsapi.x.aliyuncs.com',
    'dysmsapi.aliyuncs.com.evil.com',
    'dysmsapi.aliyuncs.com:8443',
    'http://dysmsapi.aliyuncs.com',
    'https://dysmsapi.aliyuncs.com@evil.com',
    'http://127.0.0.1:7300',
    'sms.example.com',
  ])('stops %s', (endpoint) => {
    expect(isEndpointAllowed(endpoint, entries)).toBe(false);
  });
});

describe('an entry', () => {
  it.each([
    ['sms.example.com', 'https://sms.example.com/send', true],
    ['sms.example.com', 'https://SMS.EXAMPLE.COM/send', true],
    ['sms.example.com', 'https://sms.example.com:8443/', false],
    ['sms.example.com', 'http://sms.example.com/', false],
    ['sms.example.com', 'smsxexample.com', false],
    ['sms.example.com:8443', 'https://sms.example.com:8443/', true],
    ['sms.example.com:*', 'https://sms.example.com:1/', true],
    ['*.example.com', 'sms.example.com', true],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'example.com', false],
    ['sms-*.example.com', 'sms-1.example.com', true],
    ['http://127.0.0.1:*', 'http://127.0.0.1:7300', true],
    ['http://127.0.0.1:*', 'https://127.0.0.1:7300', false],
    ['http://127.0.0.1:*', 'http://127.0.0.2:7300', false],
    ['http://127.0.0.1:*', 'http://127.1:7300', false],
    ['http://127.0.0.1', 'http://127.0.0.1:80', true],
    ['http://[::1]:*', 'http://[::1]:7300', true],
    ['https://sms.example.com/', 'sms.example.com', true],
  ])('%s for %s: %s', (entry, endpoint, allowed) => {
    expect(isEndpointAllowed(endpoint, read(entry))).toBe(allowed);
  });

  it.each([
    '',
    'ftp://x',
    'a b',
    'sms.example.com/send',
    'sms.example.com:99999',
    'sms.example.com:0',
    'a..b',
    'u@x',
    '短信.cn',
  ])('is not %j', (entry) => {
    expect(parseAllowEndpoint(entry)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^must be a host with an optional port/) as string,
    });
  });
});
