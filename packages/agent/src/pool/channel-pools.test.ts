import { finish } from '@waystation/core';
import type { Channel, StrategyInput } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { httpAnswer, RawServer } from '../testing/raw-server.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';
import { renewChannels } from './channel-pools.ts';
import type { SendChannel } from './send-channel.ts';

const accepted = httpAnswer('{"Code":"OK","Message":"OK","BizId":"1","RequestId":"2"}');
const phone = '13800138000';

describe('a changing strategy', () => {
  let untouched: RawServer;
  let other: RawServer;
  let sending: SendSide;
  beforeEach(async () => {
    untouched = await RawServer.start((socket) => socket.write(accepted));
    other = await RawServer.start((socket) => socket.write(accepted));
    sending = await openTestSending();
  });
  afterEach(async () => {
    await sending.stop(0);
    await untouched.stop();
    await other.stop();
  });

  /** `steady` never changes; `moving` is another channel each time, in one way or another. */
  function document(change: number): StrategyInput {
    const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou', credential: 'main' } as const;
    const moving = { ...aliyun, endpoint: other.url, failureDomain: `d${String(change)}` };
    return {
      schemaVersion: 1,
      channels: {
        steady: { ...aliyun, endpoint: untouched.url },
        ...(change % 3 === 0 ? { [`moving-${String(change)}`]: moving } : { moving }),
      },
      routes: [
        {
          name: 'steady',
          policy: { kind: 'primary-backup', order: ['steady'] },
          match: { templateCodes: ['S'] },
        },
        {
          name: 'rest',
          policy: {
            kind: 'weighted-random',
            weights: { [change % 3 === 0 ? `moving-${String(change)}` : 'moving']: 1 + (change % 5) },
          },
        },
      ],
    };
  }

  it('leaves the connections of untouched channels alone, and closes the others’, through 100 changes', async () => {
    for (let change = 1; change <= 100; change += 1) {
      expect(sending.apply(snapshotOf(document(change), change))).toMatchObject({ applied: true });
      const sends = ['S', 'T'].map((templateCode) => sending.send(messageTo(phone, { templateCode }), {}));
      for (const result of await Promise.all(sends)) {
        expect(result).toMatchObject({ kind: 'accepted', revision: change });
      }
    }
    expect(untouched.requests).toHaveLength(100);
    expect(untouched.connections).toBe(1);
    expect(other.requests).toHaveLength(100);
    expect(other.connections).toBe(100);
    await expect.poll(() => other.sockets.size, { timeout: 20_000 }).toBe(1);
    expect(untouched.sockets.size).toBe(1);
  });
});

describe('renewChannels', () => {
  const channelsOf = (input: StrategyInput['channels']) =>
    snapshotOf({
      schemaVersion: 1,
      channels: input,
      routes: [{ name: 'all', policy: { kind: 'primary-backup', order: Object.keys(input) } }],
    }).strategy.channels;
  const open = (name: string, channel: Channel) => ({ name, channel }) as SendChannel;
  const hangzhou = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;

  it('keeps what is equal whatever the order of its fields, and tells what was opened and left', () => {
    const first = finish(
      renewChannels(new Map(), channelsOf({ a: hangzhou, b: hangzhou, c: hangzhou }), open),
    );
    expect(first).toMatchObject({ opened: ['a', 'b', 'c'], kept: [], left: [] });
    const second = finish(
      renewChannels(
        first.channels,
        channelsOf({
          d: hangzhou,
          a: { regionId: 'cn-hangzhou', provider: 'aliyun' },
          b: { ...hangzhou, account: 'x' },
        }),
        open,
      ),
    );
    expect(second).toMatchObject({ opened: ['d', 'b'], kept: ['a'] });
    expect(second.channels.get('a')).toBe(first.channels.get('a'));
    expect(second.left).toEqual([first.channels.get('b'), first.channels.get('c')]);
  });
});
