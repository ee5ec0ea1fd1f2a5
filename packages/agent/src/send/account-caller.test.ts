import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderCall } from '../http/compat/provider-caller.ts';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, realClock, snapshotOf } from '../testing/send-fixture.ts';

let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  simulator = await startSimulator({
    config: {
      regions: { one: {}, two: {}, late: { clockSkewMs: 1_200_000 } },
      records: { appearAfterMs: 0, deliverAfterMs: 0 },
    },
  });
  sending = await openTestSending();
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

function region(name: string, credential = 'main'): StrategyInput['channels'][string] {
  return { provider: 'aliyun', regionId: 'cn-hangzhou', endpoint: simulator.regions[name], credential };
}

function apply(channels: StrategyInput['channels'], drained: readonly string[] = []): void {
  const order = Object.keys(channels);
  const document: StrategyInput = {
    schemaVersion: 1,
    channels,
    routes: [{ name: 'all', policy: { kind: 'primary-backup', order }, onUnknownOutcome: 'fail' }],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
  };
  const drain = { kind: 'drain', by: 'test', at: '2026-01-01T00:00:00Z' } as const;
  const overrides = Object.fromEntries(drained.map((name) => [name, drain]));
  expect(sending.apply(snapshotOf(document, 1, overrides))).toMatchObject({ applied: true });
}

function query(): ProviderCall {
  const sendDate = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    action: 'QuerySendDetails',
    parameters: { PhoneNumber: '13800138000', SendDate: sendDate, PageSize: '10', CurrentPage: '1' },
    deadline: realClock.now() + 30_000,
  };
}

describe('AccountCaller', () => {
  it('calls by the account’s own key, also where the host’s clock is ahead', async () => {
    apply({ one: region('one'), late: region('late', 'second') });
    await sending.send(messageTo('13800138000', { outId: 'o-1' }), {});
    expect(sending.caller.accounts()).toEqual(['main', 'second']);
    for (const [account, total] of [
      ['main', '1'],
      ['second', '0'],
    ] as const) {
      const result = await sending.caller.call(account, query());
      expect(result).toMatchObject({ kind: 'answered', status: 200 });
      const body: unknown = JSON.parse(result.kind === 'answered' ? result.body : '');
      expect(body).toMatchObject({ Code: 'OK', TotalCount: total });
    }
  });

  it('goes on to the account’s next channel where nothing was written, and stops where something was', async () => {
    apply({ one: region('one'), two: region('two') });
    await simulator.setFault({ region: 'one', kind: 'refuse' });
    expect(await sending.caller.call('main', query())).toMatchObject({ kind: 'answered' });
    await simulator.clearFaults();
    await simulator.setFault({ region: 'one', kind: 'reset', how: 'fin' });
    expect(await sending.caller.call('main', query())).toMatchObject({ kind: 'unknown' });
  });

  it('leaves drained channels alone, but for questions about what went by them', async () => {
    apply({ one: region('one'), two: region('two', 'second') }, ['one']);
    expect(sending.caller.accounts()).toEqual(['second', 'main']);
    expect(sending.caller.accountOf('one')).toBe('main');
    expect(await sending.caller.call('main', query())).toMatchObject({ kind: 'answered', status: 200 });
    const sign = { ...query(), action: 'AddSmsSign' };
    expect(await sending.caller.call('main', sign)).toMatchObject({ kind: 'not-called' });
  });

  it('asks by a drained channel only where the account has no other that answers', async () => {
    apply({ one: region('one'), two: region('two') }, ['one']);
    await simulator.setFault({ region: 'one', kind: 'code', code: 'isv.ACCOUNT_ABNORMAL' });
    const answer = await sending.caller.call('main', query());
    expect(JSON.parse(answer.kind === 'answered' ? answer.body : '')).toMatchObject({ Code: 'OK' });
  });

  it('knows the accounts whose channels cover a number, and the account of a channel', () => {
    const covers = { countryCodes: ['86'] };
    apply({ one: { ...region('one'), covers }, two: region('two', 'second') }, []);
    expect(sending.caller.accounts('+8613800138000')).toEqual(['main', 'second']);
    expect(sending.caller.accounts('+6591234567')).toEqual(['second']);
    expect([sending.caller.accountOf('two'), sending.caller.accountOf('three')]).toEqual([
      'second',
      undefined,
    ]);
  });

  it('calls nobody once its time is over, or for an account that it does not have', async () => {
    apply({ one: region('one') });
    expect(await sending.caller.call('main', { ...query(), deadline: realClock.now() - 1 })).toMatchObject({
      kind: 'not-called',
    });
    expect(await sending.caller.call('second', query())).toMatchObject({ kind: 'not-called' });
  });
});
