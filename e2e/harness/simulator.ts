import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickFreePorts } from '@waystation/etcd/testing';
import { request } from 'undici';
import { eventually } from './eventually.ts';
import { binOf } from './executables.ts';
import { Process } from './process.ts';

/** One text as the ledger has it. */
export interface LedgerText {
  readonly region: string;
  readonly account: string;
  readonly phoneNumber: string;
  readonly outId?: string;
}

/** An access key of an account. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** What the ledger found wrong. */
export interface LedgerVerdict {
  /** False when the ledger was full, and dropped texts. */
  readonly complete: boolean;
  readonly texts: number;
  readonly lost: readonly unknown[];
  /** Messages of which more than one text arrived; `key` is their OutId. */
  readonly doubled: readonly { readonly key: string }[];
}

/** The simulator as a process of its own, read through its control API alone. */
export class SimulatorProcess {
  readonly process: Process;
  readonly controlUrl: string;
  /** Region or gateway → base URL. */
  readonly urls: Readonly<Record<string, string>>;
  readonly #folder: string;

  private constructor(
    process: Process,
    folder: string,
    controlUrl: string,
    urls: Readonly<Record<string, string>>,
  ) {
    this.process = process;
    this.#folder = folder;
    this.controlUrl = controlUrl;
    this.urls = urls;
  }

  /** Starts one that serves these regions, those of `tls` by HTTPS, and one gateway called `other`. */
  static async start(
    regions: readonly string[],
    config: Readonly<Record<string, unknown>> = {},
    tls: readonly string[] = [],
  ): Promise<SimulatorProcess> {
    const [control = 0, gateway = 0, ...ports] = await pickFreePorts(regions.length + 2);
    const folder = await mkdtemp(join(tmpdir(), 'waystation-simulator-'));
    const file = join(folder, 'simulator.json');
    const endpoints = regions.map(
      (region, at) => [region, { port: ports[at] ?? 0, tls: tls.includes(region) }] as const,
    );
    const document = {
      regions: Object.fromEntries(endpoints),
      gateways: { other: { port: gateway } },
      ...config,
    };
    await writeFile(file, JSON.stringify(document));
    const process = new Process({
      name: 'simulator',
      args: [binOf('waystation-simulator'), '--config', file, '--control-port', String(control)],
    });
    const urls = Object.fromEntries([
      ...endpoints.map(
        ([region, { port, tls: secure }]) =>
          [region, `${secure ? 'https' : 'http'}://127.0.0.1:${String(port)}`] as const,
      ),
      ['other', `http://127.0.0.1:${String(gateway)}/send`],
    ]);
    const simulator = new SimulatorProcess(process, folder, `http://127.0.0.1:${String(control)}`, urls);
    await eventually('the simulator answers', async () => {
      process.mustRun();
      await simulator.#call('GET', '/');
    });
    return simulator;
  }

  urlOf(region: string): string {
    const url = this.urls[region];
    if (url === undefined) throw new Error(`no simulated region ${region}`);
    return url;
  }

  /** Sets a fault and gives its id. */
  async setFault(fault: Readonly<Record<string, unknown>>): Promise<string> {
    const { id } = (await this.#call('POST', '/faults', fault)) as { id: string };
    return id;
  }

  /** The kinds of faults that it knows: it names them where it is asked for another. */
  async faultKinds(): Promise<readonly string[]> {
    const answer = await request(`${this.controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: '?' }),
    });
    const { allowed } = (await answer.body.json()) as { allowed: string };
    return allowed.replace(/^one of /, '').split(', ');
  }

  /** The certificates of its regions with TLS, as PEM. */
  async certificates(): Promise<string> {
    const all = (await this.#call('GET', '/certificates')) as Record<string, string>;
    return Object.values(all).join('\n');
  }

  /** How many requests a fault has struck so far. */
  async strikes(id: string): Promise<number> {
    const { faults } = (await this.#call('GET', '/faults')) as { faults: { id: string; strikes: number }[] };
    return faults.find((fault) => fault.id === id)?.strikes ?? 0;
  }

  /** Ids of the faults in force. */
  async faults(): Promise<readonly string[]> {
    const { faults } = (await this.#call('GET', '/faults')) as { faults: { id: string }[] };
    return faults.map(({ id }) => id);
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE', '/faults');
  }

  /** The access keys that an account is known by from now on. */
  async setKeys(account: string, keys: readonly AccessKey[]): Promise<void> {
    await this.#call('PATCH', `/accounts/${account}`, { keys });
  }

  /** Every text that reached a phone, oldest first. */
  async texts(): Promise<readonly LedgerText[]> {
    const { texts } = (await this.#call('GET', '/ledger?limit=100000')) as { texts: LedgerText[] };
    return texts;
  }

  /** Lost and doubled texts among those with these OutIds. */
  async check(outIds: readonly string[]): Promise<LedgerVerdict> {
    return (await this.#call('POST', '/ledger/check', { expected: outIds })) as LedgerVerdict;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const answer = await request(`${this.controlUrl}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${String(answer.statusCode)} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
