import { describe, expect, it } from 'vitest';
import type { StrategyInput } from '../model/strategy.ts';
import { parseStrategy, strategyError } from './parse-strategy.ts';

type ChannelInput = StrategyInput['channels'][string];

function aliyun(
  regionId: string,
  more: Partial<Extract<ChannelInput, { provider: 'aliyun' }>> = {},
): ChannelInput {
  return { provider: 'aliyun', regionId, ...more };
}

const channels: StrategyInput['channels'] = {
  hangzhou: aliyun('cn-hangzhou'),
  shanghai: aliyun('cn-shanghai'),
  shenzhen: aliyun('cn-shenzhen'),
  beijing: aliyun('cn-beijing'),
  singapore: aliyun('ap-southeast-1'),
  gateway: {
    provider: 'http',
    endpoint: 'https://sms.example.com/send',
    contents: { SMS_1: 'Your code is ${code}.' },
    request: { fields: {} },
    answer: { code: '/code', accepted: ['0'] },
  },
  mainland: aliyun('ap-southeast-1', { covers: { countryCodes: ['86'], templateCodes: ['SMS_1', 'SMS_2'] } }),
};
/** On two hosts and one cable. */
const cabled: StrategyInput['channels'] = {
  domainA: aliyun('cn-hangzhou', { failureDomain: 'one-cable' }),
  domainB: aliyun('ap-southeast-1', { failureDomain: 'one-cable' }),
};

function read(route: Partial<StrategyInput['routes'][number]>, more: Partial<StrategyInput> = {}) {
  const catchAll = { name: 'default', policy: { kind: 'primary-backup' as const, order: ['hangzhou'] } };
  const routes = [{ ...catchAll, name: 'otp', ...route }, ...(route.match === undefined ? [] : [catchAll])];
  const parsed = parseStrategy({ schemaVersion: 1, channels, routes, ...more });
  if (!parsed.ok) throw strategyError(parsed);
  return parsed;
}

function order(...names: string[]) {
  return { policy: { kind: 'primary-backup' as const, order: names } };
}

function messages(route: Partial<StrategyInput['routes'][number]>): string[] {
  return read(route).warnings.map(({ message }) => message);
}

describe('backups that fail with their primary', () => {
  it.each<[string, string[], RegExp | undefined]>([
    [
      'all on one host',
      ['hangzhou', 'shanghai', 'shenzhen'],
      /^routes\.otp\.policy has no backup that would survive: hangzhou, shanghai, shenzhen share the host dysmsapi\.aliyuncs\.com$/,
    ],
    ['one of them elsewhere', ['hangzhou', 'shanghai', 'singapore'], undefined],
    ['beijing has a host of its own', ['beijing', 'shanghai'], undefined],
    [
      'one failure domain on two hosts',
      ['domainA', 'domainB'],
      /share the failure domain one-cable or a host$/,
    ],
    ['a primary alone has no backup to warn of', ['hangzhou'], undefined],
  ])('%s', (_, names, expected) => {
    const found = read(order(...names), { channels: { ...channels, ...cabled } }).warnings.map(
      ({ message }) => message,
    );
    expect(found).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
  });

  it('counts for weights as well', () => {
    const policy = { kind: 'weighted-random' as const, weights: { hangzhou: 70, shanghai: 30 } };
    expect(read({ policy }).warnings.map(({ code }) => code)).toEqual(['BACKUPS_SHARE_HOST']);
  });
});

describe('templates and countries that are not covered', () => {
  it('names the backup that does not cover a matched template', () => {
    expect(
      messages({ match: { templateCodes: ['SMS_1', 'SMS_2'] }, ...order('hangzhou', 'gateway') }),
    ).toEqual(['routes.otp.policy.order[1] matches the template SMS_2, which gateway does not cover']);
  });

  it('says that no channel covers a template, once', () => {
    expect(messages({ match: { templateCodes: ['SMS_9'] }, ...order('mainland', 'gateway') })).toEqual([
      'routes.otp.match.templateCodes holds SMS_9, which no channel of the route covers',
    ]);
  });

  it('names the backup that does not cover a matched country', () => {
    const policy = { kind: 'weighted-random' as const, weights: { hangzhou: 70, mainland: 30 } };
    expect(messages({ match: { countryCodes: ['86', '852'] }, policy })).toEqual([
      'routes.otp.policy.weights.mainland matches the country code 852, which mainland does not cover',
    ]);
  });
});

describe('weights', () => {
  it('warns where all are 0', () => {
    const policy = { kind: 'weighted-random' as const, weights: { hangzhou: 0, singapore: 0 } };
    expect(read({ policy }).warnings.map(({ code, path }) => [code, path])).toEqual([
      ['WEIGHTS_ALL_ZERO', 'routes.otp.policy.weights'],
    ]);
  });
});
