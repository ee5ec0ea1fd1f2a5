import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEtcd } from '@waystation/etcd/testing';
import type { StartEtcdOptions, TestEtcd } from '@waystation/etcd/testing';
import { stringify } from 'yaml';
import { AgentProcess } from './agent.ts';
import { Application } from './application.ts';
import { SimulatorProcess } from './simulator.ts';
import { runWayctl } from './wayctl.ts';
import type { WayctlRun } from './wayctl.ts';

/** What a scene is set with. */
export interface SceneOptions {
  /** Simulated regions; default the pair of the article's production. */
  readonly regions?: readonly string[];
  /** Those of the regions that serve by HTTPS. */
  readonly tls?: readonly string[];
  readonly etcd?: StartEtcdOptions;
  /** Further configuration of the simulator. */
  readonly simulator?: Readonly<Record<string, unknown>>;
}

/** How an agent of a scene differs from one that follows the scene's etcd as fleet `default` of `default`. */
export interface SceneAgentOptions {
  readonly id?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A data directory to be shared with an earlier agent; default a fresh one. */
  readonly dataDir?: string;
  /** Flags in place of `--etcd-endpoints`. */
  readonly source?: readonly string[];
}

/** A strategy document as people write it. */
export type Document = Readonly<Record<string, unknown>>;

/** Real etcd, a simulator, agents and wayctl, all processes of their own; `end` ends every one. */
export class Scene {
  readonly etcd: TestEtcd;
  readonly simulator: SimulatorProcess;
  readonly folder: string;
  readonly #ends: (() => Promise<unknown>)[] = [];
  readonly #agents: AgentProcess[] = [];
  #names = 0;

  private constructor(etcd: TestEtcd, simulator: SimulatorProcess, folder: string) {
    this.etcd = etcd;
    this.simulator = simulator;
    this.folder = folder;
  }

  static async set(options: SceneOptions = {}): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'waystation-e2e-'));
    const regions = options.regions ?? ['cn-hangzhou', 'ap-southeast-1'];
    const [etcd, simulator] = await Promise.all([
      startEtcd(options.etcd),
      SimulatorProcess.start(regions, options.simulator, options.tls),
    ]);
    return new Scene(etcd, simulator, folder);
  }

  /** Ends agents and applications, then everything that they used. */
  async end(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
    await Promise.all([this.simulator.stop(), this.etcd.stop()]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** What the scene's processes said last, for the report of a test that failed. */
  lastWords(): string {
    const processes = [...this.#agents.map((agent) => agent.process), this.simulator.process];
    return processes.map((process) => `--- ${process.name}\n${process.lastLines()}`).join('\n');
  }

  /** A fresh path in the scene's folder. */
  path(name: string): string {
    return join(this.folder, `${String(++this.#names)}-${name}`);
  }

  /** A channel of a simulated region under the account `main`. */
  channel(region: string, change: Document = {}): Document {
    return {
      provider: 'aliyun',
      regionId: region,
      endpoint: this.simulator.urlOf(region),
      credential: 'main',
      ...change,
    };
  }

  /** 70 to 30 over two regions, unknown outcomes told as they are. */
  strategy(change: Document = {}): Document {
    return {
      schemaVersion: 1,
      channels: {
        'cn-hangzhou': this.channel('cn-hangzhou'),
        'ap-southeast-1': this.channel('ap-southeast-1'),
      },
      routes: [
        {
          name: 'default',
          policy: { kind: 'weighted-random', weights: { 'cn-hangzhou': 70, 'ap-southeast-1': 30 } },
          onUnknownOutcome: 'fail',
        },
      ],
      ...change,
    };
  }

  /** Writes a document as YAML and gives its path. */
  async write(document: Document): Promise<string> {
    const file = this.path('strategy.yaml');
    await writeFile(file, stringify(document));
    return file;
  }

  wayctl(...args: string[]): Promise<WayctlRun> {
    return runWayctl([...args, '--etcd-endpoints', this.etcd.endpoints.join(',')]);
  }

  /** As `wayctl`, and fails the test unless it exits with 0. */
  async mustWayctl(...args: string[]): Promise<string> {
    const { code, output } = await this.wayctl(...args);
    if (code !== 0) throw new Error(`wayctl ${args.join(' ')} exited with ${String(code)}:\n${output}`);
    return output;
  }

  /** Applies a strategy by wayctl. */
  async apply(document: Document, ...flags: string[]): Promise<string> {
    return this.mustWayctl('strategy', 'apply', '-f', await this.write(document), '--yes', ...flags);
  }

  /** The revision of the strategy that stands in etcd, as wayctl prints it. */
  async revision(...flags: string[]): Promise<number> {
    const output = await this.mustWayctl('strategy', 'get', ...flags);
    const revision = /revision (\d+)/.exec(output)?.[1];
    if (revision === undefined) throw new Error(`wayctl strategy get names no revision:\n${output}`);
    return Number(revision);
  }

  /** Starts an agent and waits until it is ready, unless `wait` is false. */
  async agent(options: SceneAgentOptions = {}, wait = true): Promise<AgentProcess> {
    const { id = `agent-${String(++this.#names)}`, flags = [], env = {} } = options;
    const source = options.source ?? ['--etcd-endpoints', this.etcd.endpoints.join(',')];
    const agent = await AgentProcess.spawn({
      id,
      env,
      dataDir: options.dataDir ?? this.path('data'),
      flags: [...source, ...flags],
    });
    this.#agents.push(agent);
    this.#ends.push(() => agent.stop());
    if (wait) await agent.ready();
    return agent;
  }

  /** An application that sends through an agent. */
  application(agent: AgentProcess, prefix?: string): Application {
    const application = new Application(agent.url, prefix ?? `app${String(++this.#names)}`);
    this.#ends.push(() => application.close());
    return application;
  }
}
