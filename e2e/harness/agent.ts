import { pickFreePorts } from '@waystation/etcd/testing';
import { request } from 'undici';
import { eventually } from './eventually.ts';
import { binOf } from './executables.ts';
import { Process } from './process.ts';

/** `/status` as far as the tests read it. */
export interface AgentStatus {
  readonly ready: boolean;
  readonly strategy?: { readonly revision: number; readonly digest: string; readonly source: string };
  readonly stale?: { readonly since: string; readonly reason?: string };
  readonly refused?: { readonly revision: number; readonly reason: string };
  readonly channels: readonly {
    readonly name: string;
    readonly host: string;
    readonly drained: boolean;
    readonly inFlight: number;
    readonly health?: { readonly state: string };
  }[];
  readonly journal: { readonly open: boolean; readonly unfinished: number; readonly done: number };
  readonly warnings: readonly string[];
}

/** How an agent is started; what is left out is the agent's own default. */
export interface AgentOptions {
  readonly dataDir: string;
  /** Flags, such as `['--etcd-endpoints', 'http://127.0.0.1:2379']`. */
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly id?: string;
}

/** The keys of the simulator's account `main`, and its gateway's, as the agent's environment. */
const simulatorCredentials = {
  WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'LTAISimulatorMain',
  WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: 'simulator-secret-of-main',
  WAYSTATION_CREDENTIAL_OTHER_API_KEY: 'simulator-apikey',
} as const;

/** An agent as a process of its own. */
export class AgentProcess {
  readonly process: Process;
  readonly url: string;
  readonly adminUrl: string;

  private constructor(process: Process, url: string, adminUrl: string) {
    this.process = process;
    this.url = url;
    this.adminUrl = adminUrl;
  }

  /** Starts one on free ports, without waiting for it. */
  static async spawn({ dataDir, flags, env = {}, id }: AgentOptions): Promise<AgentProcess> {
    const [api = 0, admin = 0] = await pickFreePorts(2);
    const listen = `127.0.0.1:${String(api)}`;
    const adminListen = `127.0.0.1:${String(admin)}`;
    const process = new Process({
      name: `agent ${id ?? ''}`,
      args: [
        binOf('waystation-agent'),
        ...['--listen', listen, '--admin-listen', adminListen, '--data-dir', dataDir],
        ...['--allow-endpoint', 'http://127.0.0.1:*'],
        ...(id === undefined ? [] : ['--agent-id', id]),
        ...flags,
      ],
      env: { ...simulatorCredentials, ...env },
    });
    return new AgentProcess(process, `http://${listen}`, `http://${adminListen}`);
  }

  /** Starts one and waits until it says that it is ready. */
  static async start(options: AgentOptions): Promise<AgentProcess> {
    const agent = await AgentProcess.spawn(options);
    await agent.ready();
    return agent;
  }

  async ready(): Promise<void> {
    await eventually(`${this.process.name} is ready`, async () => {
      this.process.mustRun();
      const { statusCode, body } = await request(`${this.adminUrl}/readyz`);
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`/readyz: ${String(statusCode)} ${text}`);
    });
  }

  async status(): Promise<AgentStatus> {
    const { body } = await request(`${this.adminUrl}/status`);
    return (await body.json()) as AgentStatus;
  }

  /** Waits until `/status` passes the check, and gives it. */
  async until(what: string, check: (status: AgentStatus) => void): Promise<AgentStatus> {
    return eventually(`${this.process.name}: ${what}`, async () => {
      this.process.mustRun();
      const status = await this.status();
      check(status);
      return status;
    });
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    this.process.signal('SIGKILL');
    await this.process.exited;
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
