import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigStore, RoutingSnapshot, StrategyInput } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Agent } from './agent.ts';
import type { AgentConfig } from './agent-config.ts';
import { createLogger } from './log/logger.ts';
import type { SendResult } from './send/send-result.ts';
import type { SendSide } from './status/send-side.ts';

const patience = { timeout: 20_000, interval: 20 };

/** A send side that takes every strategy but those that name the channel `forbidden`, and answers at will. */
class FakeSendSide implements SendSide {
  snapshot: RoutingSnapshot | undefined;
  answer: () => Promise<SendResult> = () => Promise.reject(new Error('not asked for'));
  stopped = false;

  get channels(): SendSide['channels'] {
    const { strategy, overrides } = this.snapshot ?? {};
    return Object.entries(strategy?.channels ?? {}).map(([name, { provider, credential }]) => ({
      name,
      provider,
      host: 'dysmsapi.aliyuncs.com:443',
      account: credential,
      drained: overrides?.get(name)?.kind === 'drain',
      inFlight: 0,
    }));
  }

  get counts(): SendSide['counts'] {
    return { accepted: 1, failed: 2, unknown: 3 };
  }

  apply(snapshot: RoutingSnapshot): ReturnType<SendSide['apply']> {
    if ('forbidden' in snapshot.strategy.channels)
      return { applied: false, reason: 'forbidden is not allowed here' };
    this.snapshot = snapshot;
    return { applied: true, warnings: ['a local warning'] };
  }

  send(): Promise<SendResult> {
    return this.answer();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

function strategy(...channels: string[]): StrategyInput {
  return {
    schemaVersion: 1,
    channels: Object.fromEntries(
      channels.map((name) => [name, { provider: 'aliyun', regionId: 'cn-hangzhou' }]),
    ),
    routes: [
      { name: 'default', policy: { kind: 'primary-backup', order: channels }, onUnknownOutcome: 'fail' },
    ],
  };
}

let dir: string;
let agents: Agent[];
let logs: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-agent-'));
  agents = [];
  logs = [];
});
afterEach(async () => {
  for (const agent of agents) await agent.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Started {
  readonly agent: Agent;
  readonly sendSide: FakeSendSide;
  readonly api: string;
  readonly admin: string;
  status(): Promise<Record<string, unknown>>;
  ready(): Promise<readonly [number, unknown]>;
}

async function start(
  config: Partial<AgentConfig> = {},
  store?: () => Promise<ConfigStore>,
): Promise<Started> {
  const sendSide = new FakeSendSide();
  const agent = new Agent(
    {
      sendSide,
      openStore: store ?? (() => Promise.reject(new Error('no store in file mode'))),
      clock: { now: () => performance.now(), wallTime: () => Date.now() },
      random: Math.random,
      log: createLogger('trace', { write: (line) => void logs.push(line) }),
      version: '1.2.3',
    },
    {
      fleet: { env: 'test', fleet: 'default' },
      agentId: 'agent-1',
      labels: { team: 'sms' },
      source: { kind: 'file', path: join(dir, 'strategy.yaml') },
      listen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      adminListen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      protection: { allowedHosts: [] },
      dataDir: join(dir, 'state'),
      logLevel: 'trace',
      stopTimeoutMs: 10_000,
      ...config,
    },
    { filePollMs: 200, feedPace: { backoffBaseMs: 20, backoffMaxMs: 100 } },
  );
  agents.push(agent);
  const { api, admin } = await agent.start();
  const url = (address: typeof api): string =>
    `http://127.0.0.1:${address.kind === 'tcp' ? String(address.port) : ''}`;
  return {
    agent,
    sendSide,
    api: url(api),
    admin: url(admin),
    status: async () => (await (await fetch(`${url(admin)}/status`)).json()) as Record<string, unknown>,
    ready: async () => {
      const response = await fetch(`${url(admin)}/readyz`);
      return [response.status, await response.json()];
    },
  };
}

async function writeStrategy(content: unknown): Promise<void> {
  const path = join(dir, 'strategy.yaml');
  await writeFile(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  await rename(`${path}.new`, path);
}

async function stop({ agent }: Started): Promise<void> {
  agents = agents.filter((other) => other !== agent);
  await agent.stop();
}

function send(api: string, params: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      phoneNumbers: '13800138000',
      signName: 's',
      templateCode: 't',
      templateParam: params,
    }),
  });
}

describe('an agent that follows a file', () => {
  it('is ready once it has a strategy, and says until then why not', async () => {
    const started = await start();
    expect(await started.ready()).toEqual([
      503,
      { ready: false, reasons: [expect.stringMatching(/^no strategy yet: .*ENOENT/)] },
    ]);
    const refused = await send(started.api);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'SEND_NO_STRATEGY' }]);
    expect((await fetch(`${started.admin}/healthz`)).status).toBe(200);
    await writeStrategy(strategy('cn-hangzhou'));
    await expect.poll(() => started.ready(), patience).toEqual([200, { ready: true, reasons: [] }]);
    expect(await started.status()).toMatchObject({
      agent: { agentId: 'agent-1', version: '1.2.3', env: 'test', fleet: 'default', labels: { team: 'sms' } },
      phase: 'serving',
      ready: true,
      strategy: { revision: 1, source: 'file', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      channels: [{ name: 'cn-hangzhou', drained: false, inFlight: 0 }],
      counts: { accepted: 1, failed: 2, unknown: 3 },
      warnings: ['a local warning'],
    });
  });

  it('keeps the last good strategy when the next is broken, invalid or refused here, and says why', async () => {
    await writeStrategy(strategy('good'));
    const started = await start();
    for (const [content, reason] of [
      ['channels: [', /strategy\.yaml:/],
      [{ ...strategy('good'), schemaVersion: 99 }, /schemaVersion/],
      [strategy('forbidden'), /forbidden is not allowed here/],
    ] as const) {
      await writeStrategy(content);
      await expect
        .poll(async () => (await started.status())['refused'], patience)
        .toMatchObject({ reason: expect.stringMatching(reason) as string });
      expect(await started.status()).toMatchObject({ ready: true, strategy: { revision: 1 } });
    }
    await writeStrategy(strategy('better'));
    await expect
      .poll(async () => (await started.status())['strategy'], patience)
      .toMatchObject({ revision: 5 });
    const { refused, strategies } = await started.status();
    expect([refused, strategies]).toEqual([undefined, { applied: 2, refused: 3 }]);
  });

  it('tells of settings that it does not act on, once a revision', async () => {
    await writeStrategy({ ...strategy('a'), race: { delayMs: 100 } });
    const started = await start();
    expect((await started.status())['warnings']).toContainEqual(
      expect.stringMatching(/^race.* not acted on/),
    );
    expect(logs.filter((line) => line.includes('not acted on'))).toHaveLength(1);
  });

  it('serves from its cache when the file is gone after a restart, and reports a damaged cache', async () => {
    await writeStrategy(strategy('cached'));
    await stop(await start());
    await rm(join(dir, 'strategy.yaml'));
    const second = await start();
    expect(await second.status()).toMatchObject({
      ready: true,
      strategy: { source: 'cache' },
      stale: { reason: expect.stringContaining('ENOENT') as string },
    });
    await stop(second);
    await writeFile(join(dir, 'state', 'strategy-cache'), 'damaged');
    const third = await start();
    expect(await third.status()).toMatchObject({
      ready: false,
      warnings: [expect.stringContaining('set aside') as string],
    });
  });

  it('lets requests under way end before it stops, and is not ready meanwhile', async () => {
    await writeStrategy(strategy('a'));
    const started = await start();
    let finish: ((result: SendResult) => void) | undefined;
    started.sendSide.answer = () => new Promise((resolve) => (finish = resolve));
    const sending = send(started.api);
    await expect.poll(() => finish !== undefined, patience).toBe(true);
    const stopping = stop(started);
    expect(await started.ready()).toMatchObject([503, { reasons: ['the agent is stopping'] }]);
    expect(started.sendSide.stopped).toBe(false);
    finish?.({ kind: 'accepted', id: 'm', revision: 1, attempts: [], channel: 'a' });
    expect((await sending).status).toBe(200);
    await stopping;
    expect(started.sendSide.stopped).toBe(true);
    await expect(fetch(`${started.admin}/healthz`)).rejects.toThrow();
  });

  it('refuses a second agent on the same data-dir, and a port that is taken, and leaves nothing open', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
    const port = Number(new URL(first.api).port);
    const other = join(dir, 'other');
    await expect(
      start({ dataDir: other, listen: { kind: 'tcp', host: '127.0.0.1', port } }),
    ).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    expect(await start({ dataDir: other })).toBeDefined();
  });
});

describe('what an agent says of itself', () => {
  it('never holds numbers, parameters or secrets', async () => {
    await writeStrategy(strategy('a'));
    const token = 'PLANTED-TOKEN-0123456789';
    const started = await start({ protection: { allowedHosts: [], token } });
    started.sendSide.answer = () => Promise.reject(new Error('POST /?PhoneNumbers=13800138000 failed'));
    const answers: string[] = [];
    for (const authorization of [`Bearer ${token}`, `Bearer ${token}x`]) {
      for (const body of [
        {
          phoneNumbers: '13800138000',
          signName: 's',
          templateCode: 't',
          templateParam: { code: 'PLANTED-CODE' },
        },
        { phoneNumbers: ['1380013800x', '13800138000'], templateParam: '{"code":"PLANTED-CODE"', extra: 1 },
      ]) {
        const response = await fetch(`${started.api}/v1/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify(body),
        });
        answers.push(await response.text());
      }
    }
    answers.push(JSON.stringify(await started.status()), JSON.stringify(started.agent.status.report()));
    await stop(started);
    const cache = await readFile(join(dir, 'state', 'strategy-cache'), 'utf8');
    const all = [...answers, ...logs, cache].join('\n');
    expect(logs.join('')).toContain('request failed by a defect');
    for (const leak of ['PLANTED', '13800138000', '1380013800x']) expect(all).not.toContain(leak);
  });
});
