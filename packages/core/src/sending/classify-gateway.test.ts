import { describe, expect, it } from 'vitest';
import type { HttpChannel } from '../model/channel.ts';
import { classifyGateway } from './classify-gateway.ts';

const answer: HttpChannel['answer'] = {
  code: '/code',
  accepted: ['0', 'ok'],
  classes: { '1001': 'throttled', '1002': 'rejected', '1003': 'account', '1004': 'misconfigured' },
  otherwise: 'rejected',
};

describe('classifyGateway', () => {
  it.each<[number, string | undefined, string, string]>([
    [200, '0', 'accepted', 'nothing'],
    [201, 'ok', 'accepted', 'nothing'],
    [500, '0', 'unknown', 'host'],
    [302, '0', 'unknown', 'host'],
    [400, '0', 'unknown', 'host'],
    [200, '1001', 'throttled', 'account'],
    [500, '1001', 'throttled', 'account'],
    [200, '1002', 'rejected', 'everything'],
    [200, '1003', 'account', 'account'],
    [401, '1004', 'misconfigured', 'credential'],
    [200, '9999', 'rejected', 'everything'],
    [400, '9999', 'rejected', 'everything'],
    [429, '9999', 'throttled', 'account'],
    [302, '9999', 'unknown', 'host'],
    [500, '9999', 'unknown', 'host'],
    [200, 'constructor', 'rejected', 'everything'],
    [200, undefined, 'unknown', 'host'],
    [404, undefined, 'unknown', 'host'],
    [429, undefined, 'throttled', 'account'],
    [502, undefined, 'unknown', 'host'],
  ])('takes HTTP %i with code %s as %s, excluding %s', (httpStatus, code, expected, excludes) => {
    expect(classifyGateway(answer, { httpStatus, code })).toMatchObject({
      class: expected,
      excludes,
      written: true,
    });
  });

  it('counts what a channel does not name as it is told to', () => {
    const careful = { ...answer, otherwise: 'unknown' as const };
    expect(classifyGateway(careful, { httpStatus: 200, code: '9999' }).class).toBe('unknown');
  });

  it('passes on how long to wait', () => {
    const outcome = classifyGateway(answer, { httpStatus: 200, code: '1001', retryAfterMs: 700 });
    expect(outcome.retryAfterMs).toBe(700);
  });
});
