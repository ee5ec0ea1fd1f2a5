import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pickFreePort } from '@waystation/etcd/testing';
import { request } from 'undici';
import type { LoadOrder, SenderKind } from '../load/load-order.ts';
import { runWrk } from '../load/wrk.ts';
import type { WrkLoad } from '../load/wrk.ts';
import type { Place } from '../machine/cores.ts';
import type { Programs } from '../machine/programs.ts';
import type { LoadResult } from '../measure/load-result.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { untilOpen } from '../process/until-open.ts';
import { haproxyConfig, nginxProxyConfig } from '../upstream/proxy-config.ts';
import { Upstream } from '../upstream/upstream.ts';
import { AgentProcess } from './agent-process.ts';
import type { AgentProcessOptions } from './agent-process.ts';
import { MissingProgramError } from './missing-program.ts';
import type { Document } from './strategy.ts';
import type { World } from './world.ts';

/** An application that sends by itself, told what to send. */
export interface Application {
  readonly process: BenchProcess;
  send(order: LoadOrder): Promise<LoadResult>;
}

/** A proxy of any kind. */
export interface Proxy {
  readonly process: BenchProcess;
  readonly url: string;
}

/** What one row has on: its upstream, agents, proxies and applications; `end` ends them all. */
export class Stage {
  readonly world: World;
  readonly #folder: string;
  readonly #processes: BenchProcess[] = [];
  readonly #agents: AgentProcess[] = [];
  readonly #ends: (() => Promise<unknown>)[] = [];
  #names = 0;

  constructor(world: World, name: string) {
    this.world = world;
    this.#folder = join(world.folder, name);
  }

  async end(): Promise<void> {
    // An agent is stopped as operators do it, after its callers; what they left behind comes to an end.
    await Promise.all(this.#agents.map((agent) => agent.quiet().catch(() => undefined)));
    // The upstream last: an agent whose upstream goes first has messages to bring to an end.
    for (const process of this.#processes.reverse()) await process.stop();
    for (const end of this.#ends.reverse()) await end();
  }

  /** Called at the end, after all processes have ended. */
  atEnd(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  /** A fresh folder. */
  async folder(name: string): Promise<string> {
    const folder = join(this.#folder, `${name}-${String((this.#names += 1))}`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async upstream(place: Place = 'rest'): Promise<Upstream> {
    const nginx = this.program('nginx');
    const folder = await this.folder('upstream');
    const upstream = await Upstream.start({ nginx, folder, cores: this.world.cores, place });
    this.#processes.push(upstream.process);
    return upstream;
  }

  /** A file with a strategy. */
  async strategyFile(strategy: Document): Promise<string> {
    const file = join(await this.folder('strategy'), 'strategy.json');
    await writeFile(file, JSON.stringify(strategy));
    return file;
  }

  /** Starts an agent that reads its strategy from a file, and waits until it is ready. */
  async agent(strategy: Document, options: Partial<AgentProcessOptions> = {}): Promise<AgentProcess> {
    const { flags = [], ...others } = options;
    const file = await this.strategyFile(strategy);
    return this.agentWith({ ...others, flags: ['--strategy-file', file, ...flags] });
  }

  /** Starts an agent and waits until it is ready. */
  async agentWith(
    options: Partial<AgentProcessOptions> & { flags: readonly string[] },
  ): Promise<AgentProcess> {
    const agent = await AgentProcess.spawn({
      cores: this.world.cores,
      dataDir: await this.folder('data'),
      ...options,
    });
    this.#processes.push(agent.process);
    this.#agents.push(agent);
    await agent.ready();
    return agent;
  }

  /** A process that sends as an application does. */
  application(
    kind: SenderKind,
    url: string,
    { place, connections = 64, caFile }: { place: Place; connections?: number; caFile?: string },
  ): Application {
    const process = this.subject('application', [kind, url, String(connections)], place, caFile);
    return {
      process,
      send: async (order) => JSON.parse(await process.ask(JSON.stringify(order))) as LoadResult,
    };
  }

  /** A process of `subjects/`. */
  subject(name: string, args: readonly string[], place: Place = 'subject', caFile?: string): BenchProcess {
    const process = new BenchProcess({
      name,
      command: globalThis.process.execPath,
      args: [fileURLToPath(new URL(`../subjects/${name}.js`, import.meta.url)), ...args],
      cores: this.world.cores,
      place,
      env: caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile },
    });
    this.#processes.push(process);
    return process;
  }

  /** A forward proxy in front of the upstream, on the subject's core. */
  async proxy(kind: 'node-proxy' | 'nginx' | 'haproxy', upstream: Upstream): Promise<Proxy> {
    const port = await pickFreePort();
    const process = await this.#startProxy(kind, port, upstream.port);
    await untilOpen(process, port);
    const url = `http://127.0.0.1:${String(port)}`;
    const { statusCode } = await request(url, { method: 'POST', body: '{}' });
    if (statusCode !== 200) throw new Error(`${kind} answers ${String(statusCode)}`);
    return { process, url };
  }

  /** The least that two hops of HTTP and a signature cost in Node, on the subject's core. */
  async relay(upstreamUrl: string, caFile?: string): Promise<Proxy> {
    const port = await pickFreePort();
    const process = this.subject('signing-relay', [String(port), upstreamUrl], 'subject', caFile);
    await untilOpen(process, port);
    return { process, url: `http://127.0.0.1:${String(port)}` };
  }

  /** Load by wrk for the scale's seconds, or for `seconds`. */
  async wrk(url: string, options: Partial<WrkLoad> = {}): Promise<LoadResult> {
    const { cores, scale } = this.world;
    const folder = await this.folder('wrk');
    const wrk = this.program('wrk');
    const run = {
      wrk,
      folder,
      cores,
      url,
      connections: 64,
      seconds: scale.seconds,
      restMs: scale.restMs,
      ...options,
    };
    const result = await runWrk(run);
    // A machine too busy for one send within a second gets more of them.
    return result.sends > 0 ? result : runWrk({ ...run, seconds: 10 });
  }

  /** Path of a program, or an error that has the row skipped. */
  program(name: keyof Programs): string {
    const path = this.world.programs[name];
    if (path === undefined) throw new MissingProgramError(name);
    return path;
  }

  async #startProxy(kind: string, port: number, upstreamPort: number): Promise<BenchProcess> {
    if (kind !== 'nginx' && kind !== 'haproxy') {
      return this.subject(kind, [String(port), String(upstreamPort)]);
    }
    const folder = await this.folder(kind);
    const file = join(folder, 'proxy.conf');
    const nginx = kind === 'nginx';
    await writeFile(
      file,
      nginx ? nginxProxyConfig(folder, port, upstreamPort) : haproxyConfig(port, upstreamPort),
    );
    const process = new BenchProcess({
      name: `${kind} proxy`,
      command: this.program(kind),
      args: nginx ? ['-p', folder, '-c', file, '-e', 'stderr'] : ['-db', '-f', file],
      cores: this.world.cores,
      place: 'subject',
    });
    this.#processes.push(process);
    return process;
  }
}
