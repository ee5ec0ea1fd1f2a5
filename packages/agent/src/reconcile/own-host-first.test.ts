import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';

let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  const records = { appearAfterMs: 0, shared: false };
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} }, records } });
  sending = await openTestSending();
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

it('asks the host of the attempt, whichever channel of the account comes first in the strategy', async () => {
  const channel = (region: string) =>
    ({
      provider: 'aliyun',
      regionId: 'cn-hangzhou',
      endpoint: simulator.regions[region],
      credential: 'main',
    }) as const;
  sending.apply(
    snapshotOf({
      schemaVersion: 1,
      channels: { a: channel('a'), b: channel('b') },
      routes: [{ name: 'all', policy: { kind: 'primary-backup', order: ['b', 'a'] } }],
      timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 40_000 },
      reconcile: { firstMs: 0, intervalMs: 100, settleMs: 100, budgetMs: 30_000 },
    }),
  );
  await simulator.setFault({ kind: 'status', status: 500, region: 'b', match: { action: 'SendSms' } });
  expect(await sending.send(messageTo('13800138000'), {})).toMatchObject({
    kind: 'accepted',
    channel: 'a',
    attempts: [{ channel: 'b', outcome: 'unknown', searched: 'absent' }, { channel: 'a' }],
  });
});
