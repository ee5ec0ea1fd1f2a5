import { describe, expect, it } from 'vitest';
import { aliyunCodes } from './aliyun-codes.ts';
import { classifyAliyun } from './classify-aliyun.ts';
import type { ProviderAnswer } from './classify-aliyun.ts';
import { outcomeRules } from './outcome.ts';

describe('classifyAliyun', () => {
  it.each<[number, string | undefined, string, string]>([
    [200, 'OK', 'accepted', 'nothing'],
    [200, 'isv.MOBILE_NUMBER_ILLEGAL', 'rejected', 'everything'],
    [200, 'isv.SMS_SIGNATURE_ILLEGAL', 'unprovisioned', 'account'],
    [200, 'isv.AMOUNT_NOT_ENOUGH', 'account', 'account'],
    [200, 'isv.DAY_LIMIT_CONTROL', 'account', 'account'],
    [200, 'isv.BUSINESS_LIMIT_CONTROL', 'limited', 'everything'],
    [200, 'isv.DENY_IP_RANGE', 'misconfigured', 'host'],
    [200, 'isp.RAM_PERMISSION_DENY', 'misconfigured', 'credential'],
    [200, 'isp.SYSTEM_ERROR', 'unknown', 'host'],
    [400, 'Throttling.User', 'throttled', 'account'],
    [503, 'Throttling', 'throttled', 'account'],
    [400, 'Some.Throttling.Other', 'throttled', 'account'],
    [400, 'SignatureDoesNotMatch', 'misconfigured', 'credential'],
    [404, 'InvalidAccessKeyId.NotFound', 'misconfigured', 'credential'],
    [403, 'Forbidden.RAM', 'misconfigured', 'credential'],
    [404, 'InvalidAction.NotFound', 'misconfigured', 'channel'],
    [400, 'InvalidTimeStamp.Expired', 'misconfigured', 'channel'],
    [400, 'SignatureNonceUsed', 'unknown', 'host'],
    [503, 'ServiceUnavailable', 'unavailable', 'host'],
    [500, 'InternalError', 'unknown', 'host'],
    // The longest rule wins over shorter ones, and an exact code over all.
    [400, 'InvalidSecurityToken.Whatever', 'misconfigured', 'credential'],
    [400, 'InvalidPhoneNumbers', 'rejected', 'everything'],
    [400, 'MissingPhoneNumbers', 'rejected', 'everything'],
    // Codes that nobody documented.
    [200, 'isv.BRAND_NEW', 'rejected', 'everything'],
    [200, 'isp.BRAND_NEW', 'unknown', 'host'],
    [200, 'BrandNew', 'unknown', 'host'],
    [302, 'BrandNew', 'unknown', 'host'],
    [400, 'BrandNew', 'rejected', 'everything'],
    [403, 'BrandNew', 'misconfigured', 'credential'],
    [404, 'BrandNew', 'misconfigured', 'channel'],
    [408, 'BrandNew', 'unknown', 'host'],
    [429, 'BrandNew', 'throttled', 'account'],
    [502, 'BrandNew', 'unknown', 'host'],
    // A server's failure is no refusal, unless a documented code says so.
    [500, 'isv.BRAND_NEW', 'unknown', 'host'],
    [500, 'InvalidSomething', 'unknown', 'host'],
    [500, 'SignatureDoesNotMatch', 'misconfigured', 'credential'],
    // Yes and no at once is neither.
    [500, 'OK', 'unknown', 'host'],
    [302, 'OK', 'unknown', 'host'],
    // Nothing that is understood: HTML, empty, broken off.
    [200, undefined, 'unknown', 'host'],
    [302, undefined, 'unknown', 'host'],
    [400, undefined, 'unknown', 'host'],
    [431, undefined, 'unknown', 'host'],
    [429, undefined, 'throttled', 'account'],
    [502, undefined, 'unknown', 'host'],
  ])('takes HTTP %i with code %s as %s, excluding %s', (httpStatus, code, expected, excludes) => {
    const outcome = classifyAliyun({ httpStatus, code });
    expect(outcome).toMatchObject({ class: expected, excludes, written: true });
    expect(outcome.code).toBe(code ?? `HTTP_${String(httpStatus)}`);
  });

  it('gives every documented code the class of its row at the status it comes with', () => {
    for (const row of aliyunCodes.filter(({ code }) => !code.includes('*'))) {
      const outcome = classifyAliyun({ httpStatus: 200, code: row.code });
      expect(outcome).toMatchObject({
        class: row.class,
        excludes: row.excludes ?? outcomeRules[row.class].excludes,
        reason: row.means,
      });
    }
  });

  it('names every code once', () => {
    const codes = aliyunCodes.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each<[string, Partial<ProviderAnswer>, number]>([
    ['a minute', { message: '触发分钟级流控Permits:1' }, 60_000],
    ['an hour', { message: '触发小时级流控Permits:5' }, 3_600_000],
    ['a day', { message: '触发天级流控Permits:10' }, 86_400_000],
    ['a minute where it does not say', {}, 60_000],
    ['what the header says', { message: '触发天级流控Permits:10', retryAfterMs: 1234 }, 1234],
  ])('reads how long a number is limited: %s', (_, answer, retryAfterMs) => {
    const code = 'isv.BUSINESS_LIMIT_CONTROL';
    expect(classifyAliyun({ httpStatus: 200, code, ...answer })).toMatchObject({ retryAfterMs });
  });

  it('never repeats the provider’s words, which may name the phone', () => {
    const answer = { httpStatus: 200, code: 'isv.MOBILE_NUMBER_ILLEGAL', message: '13800138000 invalid' };
    expect(JSON.stringify(classifyAliyun(answer))).not.toContain('138');
  });
});
