import type { Channel, StrategyInput } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import { CredentialBook } from '../credentials/credential-book.ts';
import type { SendChannel } from '../pool/send-channel.ts';
import { allowLoopback, silentLog, simulatorKeys, snapshotOf } from '../testing/send-fixture.ts';
import { Routing } from './routing.ts';

/** A channel that only remembers whether it was closed. */
class FakeChannel implements SendChannel {
  readonly host = '127.0.0.1:1';
  readonly account = 'main';
  readonly inFlight = 0;
  readonly hasRoom = true;
  readonly name: string;
  readonly channel: Channel;
  closed = false;

  constructor(name: string, channel: Channel) {
    this.name = name;
    this.channel = channel;
  }

  send(): never {
    throw new Error('not asked for');
  }

  drain(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function open(): { readonly routing: Routing; readonly opened: FakeChannel[] } {
  const opened: FakeChannel[] = [];
  const chain = { current: () => Promise.reject(new Error('not asked for')) };
  const credentials = new CredentialBook({ env: simulatorKeys, chain, log: silentLog }, {});
  const routing = new Routing({
    rules: { allowEndpoints: allowLoopback, credentials },
    openChannel: (name, channel) => {
      const fake = new FakeChannel(name, channel);
      opened.push(fake);
      return fake;
    },
    troubles: () => ['a trouble'],
    log: silentLog,
  });
  return { routing, opened };
}

type Channels = StrategyInput['channels'];

function document(channels: Channels): StrategyInput {
  return {
    schemaVersion: 1,
    channels,
    routes: [{ name: 'all', policy: { kind: 'primary-backup', order: Object.keys(channels) } }],
  };
}

const local = {
  provider: 'aliyun',
  regionId: 'cn-hangzhou',
  endpoint: 'http://127.0.0.1:7300',
  credential: 'main',
} as const;
const gateway: Extract<Channels[string], { provider: 'http' }> = {
  provider: 'http',
  endpoint: 'http://127.0.0.1:7301/send',
  credential: 'other',
  contents: { T: 'text' },
  request: { fields: { key: '${credential.key}' } },
  answer: { code: '/code', accepted: ['0'] },
};

describe('Routing.apply', () => {
  it('takes a strategy, and says what an operator should know', () => {
    const { routing } = open();
    expect(routing.current()).toBeUndefined();
    const snapshot = snapshotOf(document({ a: local, g: gateway }), 3);
    expect(routing.apply(snapshot)).toEqual({ applied: true, warnings: ['a trouble'] });
    expect(routing.current()).toMatchObject({ snapshot });
    expect([...(routing.current()?.channels.keys() ?? [])]).toEqual(['a', 'g']);
  });

  const refused: (readonly [string, Channels, RegExp])[] = [
    [
      'an endpoint that is not allowed',
      { a: { ...local, endpoint: 'evil.aliyuncs.com' } },
      /^STRATEGY_REFUSED: channels\.a sends to https:\/\/evil\.aliyuncs\.com:443.*--allow-endpoint/,
    ],
    [
      'plain http where only https is allowed',
      { a: { ...local, endpoint: 'http://dysmsapi.aliyuncs.com' } },
      /^STRATEGY_REFUSED: channels\.a/,
    ],
    [
      'a credential that this host does not hold',
      { a: { ...local, credential: 'nobody' } },
      /^CREDENTIAL_MISSING: channels\.a\.credential: .*nobody.*WAYSTATION_CREDENTIAL_NOBODY_/,
    ],
    [
      'a gateway with an Aliyun secret',
      { g: { ...gateway, credential: 'main' } },
      /^STRATEGY_REFUSED: channels\.g\.credential main is an Aliyun key pair/,
    ],
    [
      'a gateway with the default chain',
      { g: { ...gateway, credential: 'default' } },
      /^STRATEGY_REFUSED: channels\.g\.credential default is an Aliyun key pair/,
    ],
    [
      'an Aliyun channel with an API key',
      { a: { ...local, credential: 'other' } },
      /^STRATEGY_REFUSED: channels\.a\.credential other is an API key/,
    ],
  ];
  // Newer versions of Node.js read it, and then it is a name like any other.
  if (!URL.canParse('https://xn--zz.example.com'))
    refused.push([
      'a host name that nobody can read',
      { a: { ...local, endpoint: 'xn--zz.example.com' } },
      /^STRATEGY_REFUSED: channels\.a sends to xn--zz\.example\.com:443, which is no host name/,
    ]);
  it.each(refused)('refuses %s, and the last good strategy serves on', (_, channels, reason) => {
    const { routing, opened } = open();
    routing.apply(snapshotOf(document({ a: local }), 1));
    expect(routing.apply(snapshotOf(document(channels), 2))).toEqual({
      applied: false,
      reason: expect.stringMatching(reason) as string,
    });
    expect(routing.current()?.snapshot.revision).toBe(1);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.closed).toBe(false);
  });

  it('needs no credential for a gateway that is told no key', () => {
    const { routing } = open();
    const keyless = { ...gateway, credential: 'default', request: { fields: { to: '${phone.e164}' } } };
    expect(routing.apply(snapshotOf(document({ g: keyless })))).toMatchObject({ applied: true });
  });

  it('tells of every breach at once', () => {
    const { routing } = open();
    const result = routing.apply(
      snapshotOf(
        document({
          a: { ...local, endpoint: 'x.example.com', credential: 'nobody' },
          b: { ...local, credential: 'other' },
        }),
      ),
    );
    expect(result).toMatchObject({
      reason: expect.stringMatching(
        /channels\.a sends.*channels\.a\.credential.*channels\.b\.credential/,
      ) as string,
    });
  });
});

describe('Routing.acquire', () => {
  it('keeps a removed channel open until the last message that may use it has ended', () => {
    const { routing, opened } = open();
    routing.apply(snapshotOf(document({ a: local, b: local }), 1));
    const [a, b] = opened;
    const first = routing.acquire();
    const second = routing.acquire();
    routing.apply(snapshotOf(document({ a: local }), 2));
    routing.apply(snapshotOf(document({ a: local, c: local }), 3));
    expect(first?.state.channels.get('b')).toBe(b);
    first?.release();
    first?.release();
    expect(b?.closed).toBe(false);
    second?.release();
    expect(b?.closed).toBe(true);
    expect(a?.closed).toBe(false);
  });

  it('closes a replaced channel at once when no message uses it, and everything when it stops', async () => {
    const { routing, opened } = open();
    routing.apply(snapshotOf(document({ a: local, b: local }), 1));
    routing.apply(snapshotOf(document({ a: local, b: { ...local, account: 'x' } }), 2));
    expect(opened.map(({ name, closed }) => [name, closed])).toEqual([
      ['a', false],
      ['b', true],
      ['b', false],
    ]);
    await routing.stop(0);
    expect(opened.every(({ closed }) => closed)).toBe(true);
    expect(routing.acquire()).toBeUndefined();
  });
});
