import { afterEach, describe, expect, it } from 'vitest';
import { newMessageId } from '../../send/message-id.ts';
import type { SendResult } from '../../send/send-result.ts';
import { accepted, ApiFixture, facts } from '../../testing/api-fixture.ts';
import { any, ask, signed } from '../../testing/compat-request.ts';
import type { ProviderCaller } from './provider-caller.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

interface Details {
  readonly Code: string;
  readonly TotalCount: string;
  readonly SmsSendDetailDTOs: { readonly SmsSendDetailDTO: readonly Record<string, unknown>[] };
}

/** 2026-01-31 23:30 in Shanghai. */
const sentAt = Date.UTC(2026, 0, 31, 15, 30, 0);

function by(channel: string, bizId: string): SendResult {
  return { ...facts, kind: 'accepted', channel, bizId };
}

/** A port in front of two accounts; texts go by `result`. */
async function open(result: SendResult) {
  const calls: { account: string; bizId: string | undefined }[] = [];
  const rows: object[] = [];
  const caller: ProviderCaller = {
    accounts: (e164) => (e164?.startsWith('+65') === true ? ['b'] : ['a', 'b']),
    accountOf: (channel) => ({ 'cn-hangzhou': 'a', 'cn-shanghai': 'b' })[channel],
    call: (account, { parameters }) => {
      calls.push({ account, bizId: parameters['BizId'] });
      const shown = rows.length > 0 ? rows : [{ OutId: account, SendDate: '2026-01-31 12:00:00' }];
      const body = {
        Code: 'OK',
        TotalCount: String(shown.length),
        SmsSendDetailDTOs: { SmsSendDetailDTO: shown },
      };
      return Promise.resolve({ kind: 'answered', status: 200, body: JSON.stringify(body) });
    },
  };
  fixture = await new ApiFixture({ localKeys: any, caller, answer: () => result }).start();
  const { port } = fixture;
  let nonce = 0;
  const get = async (change: Readonly<Record<string, string | undefined>>) => {
    const { text } = await ask(port, `/?${signed({ SignatureNonce: `n${String(++nonce)}`, ...change })}`);
    return JSON.parse(text) as Details & { readonly BizId: string };
  };
  const details = (bizId: string | undefined, change: Readonly<Record<string, string>> = {}) =>
    get({
      ...{ Action: 'QuerySendDetails', PhoneNumber: '13800138000', SendDate: '20260131' },
      ...{ PageSize: '10', CurrentPage: '1', BizId: bizId, ...change },
    });
  return { calls, details, rows, send: () => get({}) };
}

function outIds({ SmsSendDetailDTOs }: Details): unknown[] {
  return SmsSendDetailDTOs.SmsSendDetailDTO.map(({ OutId }) => OutId);
}

describe('the details of a text', () => {
  it('are asked of the account that took it, where its BizId is known', async () => {
    const { calls, details, send } = await open(by('cn-shanghai', '9001^0'));
    expect((await send()).BizId).toBe('9001^0');
    expect(outIds(await details('9001^0'))).toEqual(['b']);
    expect(calls).toEqual([{ account: 'b', bizId: '9001^0' }]);
  });

  it('are asked of all accounts that cover the number, where it is not, or its channel is gone', async () => {
    const { calls, details, send } = await open(by('gone', '9001^0'));
    await send();
    for (const bizId of ['9002^0', '9001^0', undefined]) {
      const told = await details(bizId);
      expect([told.TotalCount, outIds(told)]).toEqual(['2', ['a', 'b']]);
    }
    expect(calls).toHaveLength(6);
    expect(outIds(await details(undefined, { PhoneNumber: '6591234567' }))).toEqual(['b']);
    expect(calls).toHaveLength(7);
  });

  it('are the agent’s own where an HTTP gateway took it, and no account is asked', async () => {
    const id = newMessageId(sentAt);
    const { calls, details, send } = await open({
      ...{ ...facts, id, kind: 'accepted', channel: 'other' },
      // The gateway's own id is no BizId.
      ...{ bizId: '9001^0', byGateway: true },
    });
    const { BizId: bizId } = await send();
    expect(bizId).toBe(`ws-${id}`);
    const told = await details(bizId);
    expect(told).toMatchObject({ Code: 'OK', TotalCount: '1' });
    expect(told.SmsSendDetailDTOs.SmsSendDetailDTO).toEqual([
      {
        ...{ PhoneNum: '138****8000', SendDate: '2026-01-31 23:30:00', SendStatus: 1, ErrCode: '' },
        ...{ TemplateCode: '', Content: '', OutId: '' },
      },
    ]);
    expect(outIds(await details(bizId, { CurrentPage: '2' }))).toEqual([]);
    for (const change of [{ SendDate: '20260201' }, { PhoneNumber: '13900139000' }]) {
      expect(await details(bizId, change)).toMatchObject({ Code: 'OK', TotalCount: '0' });
    }
    expect(await details(bizId, { SendDate: '' })).toMatchObject({ Code: 'MissingSendDate' });
    expect(await details(bizId, { PageSize: 'x' })).toMatchObject({ Code: 'InvalidParameter' });
    expect(await details('ws-unheard')).toMatchObject({ Code: 'waystation.MessageNotFound' });
    expect(calls).toEqual([]);
  });

  it('are the account’s where the text was found in its records, which show no BizId', async () => {
    const id = newMessageId(sentAt);
    const { calls, details, rows, send } = await open({
      ...facts,
      ...{ id, kind: 'accepted', channel: 'cn-hangzhou' },
    });
    const { BizId: bizId } = await send();
    expect(bizId).toBe(`ws-${id}`);
    rows.push(...['of another text', id, `o-1~${id}`].map((OutId) => ({ OutId, SendStatus: 3 })));
    const told = await details(bizId, { PageSize: '1', CurrentPage: '2' });
    expect([told.TotalCount, outIds(told)]).toEqual(['2', [`o-1~${id}`]]);
    expect(calls).toEqual([{ account: 'a', bizId: undefined }]);
    // What went by its caller's OutId cannot be told from others.
    rows.splice(1);
    const { SmsSendDetailDTOs: kept } = await details(bizId);
    expect(kept.SmsSendDetailDTO).toMatchObject([{ PhoneNum: '138****8000', SendStatus: 1 }]);
  });

  it('are not cut off silently: a page that nobody merged is refused', async () => {
    const { details } = await open(accepted);
    expect(await details(undefined, { PageSize: '10', CurrentPage: '100' })).toMatchObject({ Code: 'OK' });
    const far = await details(undefined, { PageSize: '50', CurrentPage: '21' });
    expect(far).toMatchObject({ Code: 'InvalidParameter' });
  });
});
