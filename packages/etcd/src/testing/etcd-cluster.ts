import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateFiles } from './certificates.ts';
import type { EtcdBinaries } from './etcd-binaries.ts';
import type { EtcdNode } from './etcd-node.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

/** One member's place in a cluster. */
export interface ClusterMember {
  readonly name: string;
  readonly dataDir: string;
  readonly peerUrl: string;
  readonly node: EtcdNode;
}

/** What a cluster is made of. */
export interface ClusterParts {
  readonly binaries: EtcdBinaries;
  readonly members: readonly ClusterMember[];
  readonly certificates?: CertificateFiles;
}

/** Real etcd processes that form one cluster, from the outside. */
export class EtcdCluster {
  readonly #parts: ClusterParts;
  #login: string | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
  }

  /** The members, in the order of their endpoints. */
  get members(): readonly ClusterMember[] {
    return this.#parts.members;
  }

  /** The members' processes. */
  get nodes(): readonly EtcdNode[] {
    return this.#parts.members.map(({ node }) => node);
  }

  /** Starts every member that does not run, and waits until all can write and read. */
  async start(): Promise<void> {
    for (const { node } of this.#parts.members) node.start();
    await this.healthy();
  }

  /** Waits until every member that was started serves; throws at once when one ended by itself. */
  async healthy(): Promise<void> {
    await waitUntil('etcd is healthy', async () => {
      const started = this.nodes.filter(({ wanted }) => wanted);
      for (const node of started) {
        if (!node.running) throw new Error(`etcd ended by itself:\n${await node.lastWords()}`);
      }
      return this.#ctl(started, ['endpoint', 'health', '--command-timeout=3s']).then(
        () => true,
        () => false,
      );
    });
  }

  /** Ends every member, as a power cut does. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Ends every member that runs, then starts all anew on their data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Runs etcdctl against all members, as root where authentication is on; resolves with what it printed. */
  async etcdctl(args: readonly string[]): Promise<string> {
    return this.#ctl(this.nodes, args);
  }

  /** Runs etcdctl against the first member alone. */
  async ctlOfFirst(args: readonly string[]): Promise<string> {
    return this.#ctl(this.nodes.slice(0, 1), args);
  }

  /** A member's id in hexadecimal; the cluster must serve. */
  async idOf(name: string): Promise<string> {
    const lines = (await this.etcdctl(['member', 'list'])).split('\n');
    const id = lines.map((line) => line.split(', ')).find((fields) => fields[2] === name)?.[0];
    if (id === undefined) throw new Error(`no member ${name} in:\n${lines.join('\n')}`);
    return id;
  }

  /** Makes `user` an administrator beside root, both with this password, and turns authentication on. */
  async enableAuth(user: string, password: string): Promise<void> {
    for (const name of new Set(['root', user])) {
      await this.etcdctl(['user', 'add', `${name}:${password}`]);
      // The role `root` may do everything; etcd makes it by itself from 3.5 on.
      await this.etcdctl(['role', 'add', 'root']).catch(() => '');
      await this.etcdctl(['user', 'grant-role', name, 'root']);
    }
    await this.etcdctl(['auth', 'enable']);
    this.#login = `--user=root:${password}`;
  }

  /** Puts every member's data back to a saved snapshot, as a cluster of a new identity. */
  async restoreFrom(file: string): Promise<void> {
    await this.kill();
    const { members, binaries } = this.#parts;
    const etcdutl = join(dirname(binaries.etcdctl), 'etcdutl');
    const cluster = members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
    for (const { name, dataDir, peerUrl } of members) {
      await rm(dataDir, { recursive: true, force: true });
      await run(existsSync(etcdutl) ? etcdutl : binaries.etcdctl, [
        ...['snapshot', 'restore', file, '--name', name, '--data-dir', dataDir],
        ...['--initial-cluster', cluster, '--initial-advertise-peer-urls', peerUrl],
        ...['--initial-cluster-token', `restored-${String(process.hrtime.bigint())}`],
      ]);
    }
    await this.start();
  }

  async #ctl(nodes: readonly EtcdNode[], args: readonly string[]): Promise<string> {
    const endpoints = `--endpoints=${nodes.map(({ endpoint }) => endpoint).join(',')}`;
    const { binaries, certificates } = this.#parts;
    const tls =
      certificates === undefined
        ? []
        : [`--cacert=${certificates.ca}`, `--cert=${certificates.cert}`, `--key=${certificates.key}`];
    const login = this.#login === undefined ? [] : [this.#login];
    const { stdout } = await run(binaries.etcdctl, [endpoints, ...tls, ...login, ...args], {
      env: { PATH: process.env['PATH'], ETCDCTL_API: '3' },
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }
}
