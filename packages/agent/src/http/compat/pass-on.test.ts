import { afterEach, describe, expect, it } from 'vitest';
import { ApiFixture } from '../../testing/api-fixture.ts';
import type { ApiSetup } from '../../testing/api-fixture.ts';
import { any, ask, checked, plain, signed } from '../../testing/compat-request.ts';
import type { CallResult, ProviderCaller } from './provider-caller.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function open(setup: ApiSetup = {}): Promise<ApiFixture> {
  fixture = await new ApiFixture(setup).start();
  return fixture;
}

describe('other actions', () => {
  interface Called {
    readonly account: string;
    readonly action: string;
    readonly parameters: Readonly<Record<string, string>>;
  }

  function callers(answers: Readonly<Record<string, (called: Called) => CallResult>>) {
    const calls: Called[] = [];
    const caller: ProviderCaller = {
      accounts: () => Object.keys(answers),
      accountOf: () => undefined,
      call: (account, { action, parameters }) => {
        const called = { account, action, parameters };
        calls.push(called);
        const answer = answers[account];
        return Promise.resolve(answer?.(called) ?? { kind: 'not-called', reason: 'none' });
      },
    };
    return { calls, caller };
  }

  const answered = (value: unknown, status = 200): CallResult => ({
    kind: 'answered',
    status,
    body: JSON.stringify(value),
  });

  it('are passed on where --compat-actions names them, and nothing else is, whatever it names', async () => {
    const { calls, caller } = callers({ main: () => answered({ Code: 'OK', SmsStatus: 1 }) });
    const { port } = await open({ localKeys: any, caller, actions: ['*'] });
    const query = signed({ Action: 'QuerySmsSign', RegionId: 'cn-hangzhou', SignName: '驿站' });
    const answer = await ask(port, `/?${query}`);
    expect([answer.status, answer.text]).toEqual([200, '{"Code":"OK","SmsStatus":1}']);
    const { PhoneNumbers, SignName, TemplateCode } = plain;
    expect(calls).toEqual([
      {
        account: 'main',
        action: 'QuerySmsSign',
        parameters: { PhoneNumbers, SignName, TemplateCode, RegionId: 'cn-hangzhou' },
      },
    ]);
    const batch = await ask(port, `/?${signed({ Action: 'SendBatchSms' })}`);
    expect([batch.status, JSON.parse(batch.text)]).toMatchObject([400, { Code: 'MissingPhoneNumberJson' }]);
    expect(calls).toHaveLength(1);
  });

  it('are written as XML where that is asked for', async () => {
    const details = { SmsSendDetailDTO: [{ PhoneNum: '1', ErrCode: null }, { PhoneNum: '2' }] };
    const { caller } = callers({ main: () => answered({ Code: 'OK', Details: details }) });
    const { port } = await open({ localKeys: any, caller });
    const answer = await ask(port, `/?${signed({ Action: 'QueryX', Format: 'XML' })}`);
    expect(answer.text).toContain(
      '<QueryXResponse><Code>OK</Code><Details><SmsSendDetailDTO><PhoneNum>1</PhoneNum><ErrCode></ErrCode>' +
        '</SmsSendDetailDTO><SmsSendDetailDTO><PhoneNum>2</PhoneNum></SmsSendDetailDTO></Details></QueryXResponse>',
    );
  });

  it.each<[string, string, CallResult, number, string]>([
    ['a refusal', 'QueryX', answered({ Code: 'Forbidden.RAM' }, 403), 403, 'Forbidden.RAM'],
    [
      'a failure that changed nothing',
      'QueryX',
      answered({ Code: 'InternalError' }, 500),
      500,
      'InternalError',
    ],
    [
      'a failure that may have changed something',
      'AddX',
      answered({ Code: 'InternalError' }, 500),
      200,
      'waystation.CallOutcomeUnknown',
    ],
    [
      'no JSON',
      'AddX',
      { kind: 'answered', status: 502, body: '<html>' },
      200,
      'waystation.CallOutcomeUnknown',
    ],
    ['no answer', 'AddX', { kind: 'unknown', reason: 'reset' }, 200, 'waystation.CallOutcomeUnknown'],
    ['nothing written', 'AddX', { kind: 'not-called', reason: 'refused' }, 503, 'ServiceUnavailable'],
  ])('tell %s', async (_name, action, result, status, code) => {
    const { caller } = callers({ main: () => result });
    const { port } = await open({ localKeys: any, caller, actions: ['*'] });
    const answer = await ask(port, `/?${signed({ Action: action })}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { Code: code }]);
  });

  it('of a used nonce are refused where keys are checked', async () => {
    const { calls, caller } = callers({ main: () => answered({ Code: 'OK' }) });
    const { port } = await open({ ...checked, caller });
    const path = `/?${signed({ Action: 'QueryX' })}`;
    expect((await ask(port, path)).status).toBe(200);
    expect(JSON.parse((await ask(port, path)).text)).toMatchObject({ Code: 'SignatureNonceUsed' });
    expect(calls).toHaveLength(1);
  });

  it('QuerySendDetails merges the rows of all accounts by date, adds totals, and turns pages', async () => {
    const rows = (account: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        OutId: `${account}${String(at)}`,
        SendDate: `2026-01-31 12:${String(59 - at).padStart(2, '0')}:${account === 'a' ? '30' : '00'}`,
      }));
    const held: Readonly<Record<string, readonly object[]>> = { a: rows('a', 55), b: rows('b', 3) };
    const page = ({ account, parameters }: Called): CallResult => {
      const start = (Number(parameters['CurrentPage']) - 1) * Number(parameters['PageSize']);
      const all = held[account] ?? [];
      const shown = all.slice(start, start + Number(parameters['PageSize']));
      return answered({
        Code: 'OK',
        TotalCount: String(all.length),
        SmsSendDetailDTOs: { SmsSendDetailDTO: shown },
      });
    };
    const { caller } = callers({ a: page, b: page });
    const { port } = await open({ localKeys: any, caller });
    const ids = async (size: number, current: number): Promise<unknown[]> => {
      const change = { Action: 'QuerySendDetails', PageSize: String(size), CurrentPage: String(current) };
      const { text } = await ask(port, `/?${signed({ ...change, PhoneNumber: '13800138000' })}`);
      const body = JSON.parse(text) as {
        TotalCount: string;
        SmsSendDetailDTOs: { SmsSendDetailDTO: { OutId: string }[] };
      };
      expect(body.TotalCount).toBe('58');
      return body.SmsSendDetailDTOs.SmsSendDetailDTO.map(({ OutId }) => OutId);
    };
    expect(await ids(4, 1)).toEqual(['a0', 'b0', 'a1', 'b1']);
    expect(await ids(4, 2)).toEqual(['a2', 'b2', 'a3', 'a4']);
    expect(await ids(50, 2)).toEqual(['a47', 'a48', 'a49', 'a50', 'a51', 'a52', 'a53', 'a54']);
  });

  it('QuerySendDetails fails where one account does: an absence that nobody saw is no evidence', async () => {
    const { caller } = callers({
      a: () => answered({ Code: 'OK', TotalCount: '0', SmsSendDetailDTOs: { SmsSendDetailDTO: [] } }),
      b: () => answered({ Code: 'Throttling.User' }, 400),
    });
    const { port } = await open({ localKeys: any, caller });
    const change = { Action: 'QuerySendDetails', PageSize: '10', CurrentPage: '1' };
    const answer = await ask(port, `/?${signed(change)}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { Code: 'Throttling.User' }]);
  });
});
