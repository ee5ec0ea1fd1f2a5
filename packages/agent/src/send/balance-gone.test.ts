import type { Socket } from 'node:net';
import type { StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { httpAnswer, RawServer } from '../testing/raw-server.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';

const phone = '13800138000';
const count = 300;
const gone = httpAnswer('{"Code":"isv.AMOUNT_NOT_ENOUGH","Message":"账户余额不足","RequestId":"1"}');

/** Tells nobody that the first account has no balance before all have asked it. */
let poor: RawServer;
let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  const waiting: Socket[] = [];
  poor = await RawServer.start((socket) => {
    waiting.push(socket);
    if (waiting.length === count) for (const asked of waiting) asked.write(gone);
  });
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} } } });
  sending = await openTestSending();
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
  await poor.stop();
});

/** Two accounts with two channels each, since a channel has room for 256 attempts. */
function strategyWith(retry: StrategyInput['retry']): StrategyInput {
  const region = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;
  const first = { ...region, endpoint: poor.url, credential: 'main' };
  const second = { ...region, credential: 'second' };
  return {
    schemaVersion: 1,
    channels: {
      first,
      'first-2': { ...first },
      second: { ...second, endpoint: simulator.regions['a'] },
      'second-2': { ...second, endpoint: simulator.regions['b'] },
    },
    routes: [
      {
        name: 'default',
        policy: { kind: 'primary-backup', order: ['first', 'first-2', 'second', 'second-2'] },
        onUnknownOutcome: 'fail',
      },
    ],
    timeouts: { connectMs: 10_000, readMs: 30_000, totalMs: 60_000 },
    retry,
  };
}

it.each([
  ['as it is by default', {}],
  ['0', { budgetPercent: 0 }],
])(
  'a balance that is gone under 300 sends costs none of them, with a retry budget of %s',
  async (_, retry) => {
    expect(sending.apply(snapshotOf(strategyWith(retry)))).toMatchObject({ applied: true });
    const ids = Array.from({ length: count }, (_none, at) => `gone-${String(at)}`);
    const results = await Promise.all(ids.map((outId) => sending.send(messageTo(phone, { outId }), {})));
    expect(poor.requests).toHaveLength(count);
    for (const result of results) {
      expect(result).toMatchObject({
        kind: 'accepted',
        channel: expect.stringMatching(/^second/) as string,
        attempts: [{ outcome: 'account', code: 'isv.AMOUNT_NOT_ENOUGH' }, { outcome: 'accepted' }],
      });
    }
    expect(simulator.check(ids)).toMatchObject({ lost: [], doubled: [], texts: count });
  },
);
