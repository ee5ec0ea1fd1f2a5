import { channelEndpoint, strategySchema } from '@waystation/core';
import type { Channel } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { FaultSpecInput, Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CredentialResult } from '../credentials/credential.ts';
import { realClock } from '../testing/send-fixture.ts';
import { probeHost } from './probe-host.ts';
import type { ProbeKind } from './probe-host.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ config: { regions: { a: {} } } });
});
afterEach(async () => {
  await simulator.stop();
});

function channelOf(): Extract<Channel, { provider: 'aliyun' }> {
  const { channels } = strategySchema.parse({
    schemaVersion: 1,
    channels: {
      a: {
        provider: 'aliyun',
        regionId: 'cn-hangzhou',
        endpoint: simulator.regions['a'],
        credential: 'main',
      },
    },
    routes: [{ name: 'r', policy: { kind: 'primary-backup', order: ['a'] } }],
  });
  const channel = channels['a'];
  if (channel?.provider !== 'aliyun') throw new Error('no channel');
  return channel;
}

const held: CredentialResult = {
  ok: true,
  credential: {
    kind: 'aliyun',
    accessKeyId: 'LTAISimulatorMain',
    accessKeySecret: 'simulator-secret-of-main',
  },
};

function probe(kind: 'tcp' | 'http' | 'api', timeoutMs = 20_000, signal = new AbortController().signal) {
  const channel = channelOf();
  const how: ProbeKind = kind === 'api' ? { kind, channel } : { kind };
  const dependencies = { clock: realClock, credentials: { current: () => held } };
  return probeHost(dependencies, { endpoint: channelEndpoint(channel), how, timeoutMs }, signal);
}

describe('probeHost', () => {
  it.each(['tcp', 'http', 'api'] as const)(
    '%s passes where the host is well, and sends nothing',
    async (kind) => {
      const result = await probe(kind);
      expect(result).toEqual({ passed: true, ms: expect.any(Number) as number });
      expect(simulator.texts()).toEqual([]);
    },
  );

  const faults: readonly (readonly [FaultSpecInput, 'tcp' | 'http' | 'api', RegExp])[] = [
    [{ kind: 'refuse' }, 'tcp', /refused/],
    [{ kind: 'refuse' }, 'http', /refused/],
    [{ kind: 'status', status: 503 }, 'http', /^HTTP 503$/],
    [{ kind: 'html', status: 502 }, 'http', /^HTTP 502$/],
    [{ kind: 'redirect', location: 'http://127.0.0.1:1/' }, 'http', /^HTTP 302 without a code$/],
    [{ kind: 'empty' }, 'api', /^HTTP 200 without a code$/],
    [{ kind: 'reset' }, 'api', /reset/],
  ];
  it.each(faults)('fails at %j by %s', async (fault, kind, reason) => {
    await simulator.setFault(fault);
    expect(await probe(kind)).toEqual({ passed: false, reason: expect.stringMatching(reason) as string });
  });

  it('does not wait longer than it may, nor when it is given up', async () => {
    await simulator.setFault({ kind: 'hang' });
    expect(await probe('http', 100)).toEqual({ passed: false, reason: 'no answer came in time' });
    const stop = new AbortController();
    const given = probe('http', 3_600_000, stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 100);
    expect(await given).toMatchObject({ passed: false });
  });

  it('does not blame a host for the credential', async () => {
    await simulator.setFault({ kind: 'code', code: 'SignatureDoesNotMatch', status: 400 });
    expect(await probe('api')).toMatchObject({ passed: true });
  });
});
