import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigStore, RoutingSnapshot, Steps, StrategyInput } from '@waystation/core';
import type { AgentConfig } from '../agent-config.ts';
import { Agent } from '../agent.ts';
import type { ListenAddress } from '../http/listen-address.ts';
import { createLogger } from '../log/logger.ts';
import type { ProviderCaller } from '../http/compat/provider-caller.ts';
import type { SendResult } from '../send/send-result.ts';
import type { SendSide } from '../status/send-side.ts';

/** A send side that takes every strategy but those that name the channel `forbidden`, and answers at will. */
export class FakeSendSide implements SendSide {
  snapshot: RoutingSnapshot | undefined;
  answer: () => Promise<SendResult> = () => Promise.reject(new Error('not asked for'));
  stopped = false;
  readonly caller: ProviderCaller = {
    accounts: () => [],
    accountOf: () => undefined,
    call: () => Promise.resolve({ kind: 'not-called', reason: 'not asked for' }),
  };
  /** Whether the channel `forbidden` is let in. */
  allowed = false;

  get channels(): SendSide['channels'] {
    const { strategy, overrides } = this.snapshot ?? {};
    return Object.entries(strategy?.channels ?? {}).map(([name, { provider, credential }]) => ({
      name,
      provider,
      host: 'dysmsapi.aliyuncs.com:443',
      account: credential,
      drained: overrides?.get(name)?.kind === 'drain',
      inFlight: 0,
      state: 'healthy',
      why: 'nothing is known against it',
    }));
  }

  *channelsInSteps(): Steps<SendSide['channels']> {
    yield;
    return this.channels;
  }

  probingFirst = false;

  readonly past: SendSide['past'] = {
    search: () => ({
      end: Promise.resolve({ kind: 'inconclusive', reason: 'not asked for' }),
      stop: () => undefined,
    }),
  };

  get blocks(): SendSide['blocks'] {
    return [];
  }

  readonly limits: SendSide['limits'] = { routes: {}, numbers: { tracked: 0, forgotten: 0 } };

  get counts(): SendSide['counts'] {
    return { accepted: 1, failed: 2, unknown: 3 };
  }

  *applyInSteps(snapshot: RoutingSnapshot): Steps<ReturnType<SendSide['apply']>> {
    yield;
    return this.apply(snapshot);
  }

  apply(snapshot: RoutingSnapshot): ReturnType<SendSide['apply']> {
    if (!this.allowed && 'forbidden' in snapshot.strategy.channels)
      return { applied: false, reason: 'forbidden is not allowed here' };
    this.snapshot = snapshot;
    return { applied: true, warnings: ['a local warning'] };
  }

  send(): Promise<SendResult> {
    return this.answer();
  }

  paceOf(): ReturnType<SendSide['paceOf']> {
    return { perSecond: 5, room: true };
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

/** A strategy of channels in one region, the first of them primary. */
export function strategy(...channels: string[]): StrategyInput {
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

/** An agent under test, and how to look at it. */
export class StartedAgent {
  readonly agent: Agent;
  readonly sendSide: FakeSendSide;
  readonly api: string;
  readonly admin: string;

  constructor(agent: Agent, sendSide: FakeSendSide, addresses: { api: ListenAddress; admin: ListenAddress }) {
    this.agent = agent;
    this.sendSide = sendSide;
    this.api = urlOf(addresses.api);
    this.admin = urlOf(addresses.admin);
  }

  async status(): Promise<Record<string, unknown>> {
    return (await (await fetch(`${this.admin}/status`)).json()) as Record<string, unknown>;
  }

  async ready(): Promise<readonly [number, unknown]> {
    const response = await fetch(`${this.admin}/readyz`);
    return [response.status, await response.json()];
  }

  send(
    body: Readonly<Record<string, unknown>> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const message = { phoneNumbers: '13800138000', signName: 's', templateCode: 't' };
    return fetch(`${this.api}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...message, ...body }),
    });
  }
}

/** Agents of one test: a folder of their own, free ports, and an end in any case. */
export class AgentFixture {
  readonly logs: string[] = [];
  readonly #agents = new Set<Agent>();
  #dir = '';

  /** The test's own folder. */
  get dir(): string {
    return this.#dir;
  }

  async open(): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), 'ws-agent-'));
  }

  async close(): Promise<void> {
    for (const agent of this.#agents) await agent.stop();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Starts an agent that follows a file, or a store where one is given. */
  async start(config: Partial<AgentConfig> = {}, store?: ConfigStore): Promise<StartedAgent> {
    const sendSide = new FakeSendSide();
    const source: AgentConfig['source'] =
      store === undefined
        ? { kind: 'file', path: join(this.#dir, 'strategy.yaml') }
        : { kind: 'etcd', etcd: { endpoints: [] }, prefix: '/waystation' };
    const agent = new Agent(
      {
        sendSide,
        openStore: () =>
          store === undefined ? Promise.reject(new Error('no store')) : Promise.resolve(store),
        clock: { now: () => performance.now(), wallTime: () => Date.now() },
        random: Math.random,
        log: createLogger('trace', { write: (line) => void this.logs.push(line) }),
        version: '1.2.3',
      },
      {
        fleet: { env: 'test', fleet: 'default' },
        agentId: 'agent-1',
        labels: { team: 'sms' },
        source,
        listen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
        adminListen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
        protection: { allowedHosts: [] },
        compatActions: [],
        dataDir: join(this.#dir, 'state'),
        journal: { maxBytes: 1_048_576, retentionMs: 3_600_000 },
        logLevel: 'trace',
        maxUnderWay: 2048,
        stopTimeoutMs: 10_000,
        ...config,
      },
      { filePollMs: 200, feedPace: { backoffBaseMs: 20, backoffMaxMs: 100 } },
    );
    this.#agents.add(agent);
    return new StartedAgent(agent, sendSide, await agent.start());
  }

  /** Stops an agent before the test's end. */
  async stop({ agent }: StartedAgent): Promise<void> {
    this.#agents.delete(agent);
    await agent.stop();
  }

  /** Replaces the strategy's file in one step. */
  async writeStrategy(content: unknown): Promise<void> {
    const path = join(this.#dir, 'strategy.yaml');
    await writeFile(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
    await rename(`${path}.new`, path);
  }
}

function urlOf(address: ListenAddress): string {
  return address.kind === 'tcp' ? `http://127.0.0.1:${address.port}` : `unix:${address.path}`;
}
