import { afterEach, describe, expect, it } from 'vitest';
import type { AttemptRecord, SendResult } from '../../send/send-result.ts';
import { ApiFixture, facts } from '../../testing/api-fixture.ts';
import type { ApiSetup } from '../../testing/api-fixture.ts';
import { any, ask, signed } from '../../testing/compat-request.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

describe('the end of a send', () => {
  const attempt = (outcome: AttemptRecord['outcome'], code?: string, written = true): AttemptRecord => ({
    channel: 'cn-hangzhou',
    outcome,
    ms: 1,
    ...(code !== undefined && { code }),
    ...(written && { written }),
  });
  const nobody = (...attempts: AttemptRecord[]): SendResult => ({
    ...facts,
    attempts,
    kind: 'no-channel',
    reason: 'nobody took it',
    retryAfterMs: 1000,
  });

  it.each<[string, SendResult, number, object]>([
    [
      'taken by a gateway',
      { ...facts, kind: 'accepted', channel: 'other' },
      200,
      { Code: 'OK', BizId: 'ws-m-1' },
    ],
    [
      'rejected',
      {
        ...facts,
        kind: 'rejected',
        providerCode: 'isv.SMS_CONTENT_ILLEGAL',
        reason: 'the content is not allowed',
      },
      200,
      { Code: 'isv.SMS_CONTENT_ILLEGAL' },
    ],
    [
      'rejected by the gateway of Aliyun',
      { ...facts, kind: 'rejected', providerCode: 'InvalidParameter.X', reason: 'bad' },
      400,
      { Code: 'InvalidParameter.X' },
    ],
    [
      'limited',
      { ...facts, kind: 'number-limited', retryAfterMs: 1000 },
      200,
      { Code: 'isv.BUSINESS_LIMIT_CONTROL' },
    ],
    [
      'limited by the strategy, its number',
      {
        ...facts,
        kind: 'number-limited',
        reason: 'nothing was sent: phoneNumbers[0]',
        index: 0,
        retryAfterMs: 1,
      },
      200,
      { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: 'Nothing was sent: phoneNumbers[0].' },
    ],
    [
      'limited by the strategy, its route',
      { ...facts, kind: 'limited', reason: 'nothing was sent', retryAfterMs: 1 },
      400,
      { Code: 'Throttling.User', Message: 'Nothing was sent.' },
    ],
    [
      'unknown',
      { ...facts, kind: 'unknown', reason: 'reset' },
      200,
      { Code: 'waystation.SendOutcomeUnknown' },
    ],
    ['too late', { ...facts, kind: 'deadline', reason: 'late' }, 503, { Code: 'ServiceUnavailable' }],
    ['without candidates', nobody(), 503, { Code: 'ServiceUnavailable' }],
    [
      'refused connections',
      nobody(attempt('unavailable', 'ECONNREFUSED', false)),
      503,
      { Code: 'ServiceUnavailable' },
    ],
    ['throttled', nobody(attempt('throttled', 'Throttling.User')), 400, { Code: 'Throttling.User' }],
    [
      'no balance',
      nobody(attempt('account', 'isv.AMOUNT_NOT_ENOUGH')),
      200,
      { Code: 'isv.AMOUNT_NOT_ENOUGH' },
    ],
    [
      'no permission, then a refused connection',
      nobody(attempt('misconfigured', 'Forbidden.RAM'), attempt('unavailable', 'ECONNREFUSED', false)),
      403,
      { Code: 'Forbidden.RAM' },
    ],
    [
      'an answered ServiceUnavailable, since bytes were written',
      nobody(attempt('unavailable', 'ServiceUnavailable')),
      200,
      { Code: 'waystation.NotSent' },
    ],
    [
      'no journal, before a byte was written',
      { ...facts, kind: 'no-journal', reason: 'the journal is full', retryAfterMs: 5000 },
      503,
      { Code: 'ServiceUnavailable' },
    ],
    [
      'no journal, after a refusal',
      {
        ...facts,
        kind: 'no-journal',
        reason: 'the journal is full',
        retryAfterMs: 5000,
        attempts: [attempt('throttled', 'Throttling.User')],
      },
      400,
      { Code: 'Throttling.User' },
    ],
    ['a proxy that throttles', nobody(attempt('throttled', 'HTTP_429')), 200, { Code: 'waystation.NotSent' }],
  ])('%s is told with its status', async (_name, result, status, members) => {
    const { port } = await open({ localKeys: any, answer: () => result });
    const answer = await ask(port, `/?${signed()}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, members]);
    expect(answer.headers['x-acs-request-id']).toBeDefined();
  });

  it.each<[string, ApiSetup, string]>([
    ['too late', { answer: () => ({ ...facts, kind: 'deadline', reason: 'late' }) }, '1'],
    [
      'for which there was no journal',
      { answer: () => ({ ...facts, kind: 'no-journal', reason: 'full', retryAfterMs: 4001 }) },
      '5',
    ],
    ['for which there is no strategy yet', { notReady: 'no strategy yet' }, '1'],
  ])('%s is told when to come again', async (_name, setup, after) => {
    const { port } = await open({ localKeys: any, ...setup });
    const { status, headers } = await ask(port, `/?${signed()}`);
    expect([status, headers['retry-after']]).toEqual([503, after]);
  });

  it('by a defect is told as unknown, never with a 5xx', async () => {
    const { port } = await open({ localKeys: any, answer: () => Promise.reject(new Error('defect')) });
    const answer = await ask(port, `/?${signed()}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      200,
      { Code: 'waystation.SendOutcomeUnknown' },
    ]);
  });

  it('is a 503 while there is no strategy', async () => {
    const { port, sent } = await open({ localKeys: any, notReady: 'no strategy yet' });
    const answer = await ask(port, `/?${signed()}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([503, { Code: 'ServiceUnavailable' }]);
    expect(sent).toEqual([]);
  });

  it('can be asked for by its id', async () => {
    const { port, url } = await open({ localKeys: any });
    await ask(port, `/?${signed()}`);
    expect(await (await fetch(`${url}/v1/messages/m-1`)).json()).toMatchObject({ id: 'm-1', code: 'OK' });
  });
});
