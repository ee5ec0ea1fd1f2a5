import { setTimeout as delay } from 'node:timers/promises';
import { pickFreePorts } from '@waystation/etcd/testing';
import type { Cores } from '../machine/cores.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { eventually } from '../process/eventually.ts';
import { getText } from '../process/get-text.ts';
import { accessKey } from '../load/message.ts';
import { repositoryPath } from './paths.ts';

/** How an agent is started. */
export interface AgentProcessOptions {
  readonly cores: Cores | undefined;
  readonly dataDir: string;
  /** Where its strategy comes from, and whatever differs from the default. */
  readonly flags: readonly string[];
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `/status` as far as it is read here. */
export interface AgentStatus {
  readonly strategy?: { readonly revision: number };
  readonly refused?: { readonly reason: string };
  readonly channels: readonly { readonly inFlight: number }[];
  readonly warnings: readonly string[];
}

/** The agent as it is shipped, on the subject's core. */
export class AgentProcess {
  readonly process: BenchProcess;
  readonly port: number;
  readonly #adminPort: number;

  private constructor(process: BenchProcess, port: number, adminPort: number) {
    this.process = process;
    this.port = port;
    this.#adminPort = adminPort;
  }

  /** Starts one on free ports, without waiting for it. */
  static async spawn({
    cores,
    dataDir,
    flags,
    nodeFlags = [],
    env = {},
  }: AgentProcessOptions): Promise<AgentProcess> {
    const [port = 0, adminPort = 0] = await pickFreePorts(2);
    const process = new BenchProcess({
      name: 'agent',
      command: globalThis.process.execPath,
      args: [
        ...nodeFlags,
        repositoryPath('packages/agent/bin/waystation-agent.js'),
        ...['--listen', `127.0.0.1:${String(port)}`, '--admin-listen', `127.0.0.1:${String(adminPort)}`],
        ...['--data-dir', dataDir, '--agent-id', 'bench', '--log-level', 'warn'],
        ...['--allow-endpoint', 'http://127.0.0.1:*', '--allow-endpoint', '127.0.0.1:*'],
        ...flags,
      ],
      cores,
      place: 'subject',
      env: {
        WAYSTATION_CREDENTIAL_BENCH_ACCESS_KEY_ID: accessKey.id,
        WAYSTATION_CREDENTIAL_BENCH_ACCESS_KEY_SECRET: accessKey.secret,
        ...env,
      },
    });
    return new AgentProcess(process, port, adminPort);
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async ready(): Promise<void> {
    await eventually('the agent is ready', async () => {
      this.process.mustRun();
      const { status, text } = await getText(`http://127.0.0.1:${String(this.#adminPort)}/readyz`);
      if (status !== 200) throw new Error(`/readyz: ${String(status)} ${text}`);
    });
  }

  async status(): Promise<AgentStatus> {
    const { text } = await getText(`http://127.0.0.1:${String(this.#adminPort)}/status`);
    return JSON.parse(text) as AgentStatus;
  }

  /** Waits until no attempt is under way, or for a few seconds: callers that hung up may have left some. */
  async quiet(): Promise<void> {
    const end = performance.now() + 5000;
    while (this.process.runs && performance.now() < end) {
      const { channels } = await this.status();
      if (channels.every(({ inFlight }) => inFlight === 0)) return;
      await delay(20);
    }
  }
}
