import type { StrategyInput } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { IdlePeer } from '../testing/idle-peer.ts';
import { messageTo, openTestSending, realClock, snapshotOf } from '../testing/send-fixture.ts';

const body = '{"Code":"OK","Message":"OK","BizId":"1","RequestId":"2"}';
const closesAfterMs = 5000;
let ahead: number;
let peer: IdlePeer;
let sending: SendSide;
beforeEach(async () => {
  ahead = 0;
  const clock = { now: () => realClock.now() + ahead, wallTime: () => realClock.wallTime() };
  peer = await IdlePeer.start({ closesAfterMs: () => closesAfterMs, now: clock.now, body });
  sending = await openTestSending({}, { clock });
});
afterEach(async () => {
  await sending.stop(0);
  await peer.stop();
});

/** Two channels of one host, each with a route by the template of its name; other ones with each revision. */
function apply(revision: number): void {
  const names = ['first', 'second'];
  const channel = {
    provider: 'aliyun',
    regionId: 'cn-hangzhou',
    endpoint: peer.endpoint.url,
    credential: 'main',
    failureDomain: `d${String(revision)}`,
  } as const;
  const strategy: StrategyInput = {
    schemaVersion: 1,
    channels: Object.fromEntries(names.map((name) => [name, channel])),
    routes: names.map((name) => ({
      name,
      policy: { kind: 'primary-backup', order: [name] },
      match: name === 'first' ? { templateCodes: [name] } : {},
      onUnknownOutcome: 'fail',
    })),
  };
  expect(sending.apply(snapshotOf(strategy, revision))).toMatchObject({ applied: true });
}

/** How a message by this channel ends whose connection has been idle for as long as the peer leaves it open. */
async function meetTheClosing(templateCode: string): Promise<string> {
  expect(await sending.send(messageTo('13800138000', { templateCode }), {})).toMatchObject({
    kind: 'accepted',
  });
  ahead += closesAfterMs;
  return (await sending.send(messageTo('13800138000', { templateCode }), {})).kind;
}

describe('what is learnt of a host’s idle connections', () => {
  it('is paid for by one channel, and spares the others of the host, those of a later strategy too', async () => {
    apply(1);
    expect(await meetTheClosing('first')).toBe('unknown');
    expect(await meetTheClosing('first')).toBe('accepted');
    expect(await meetTheClosing('second')).toBe('accepted');
    apply(2);
    expect(await meetTheClosing('second')).toBe('accepted');
    expect(await meetTheClosing('first')).toBe('accepted');
  });
});
