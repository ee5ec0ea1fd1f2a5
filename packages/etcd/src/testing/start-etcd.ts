import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCertificates } from './certificates.ts';
import type { CertificateFiles } from './certificates.ts';
import { findEtcd } from './etcd-binaries.ts';
import { EtcdCluster } from './etcd-cluster.ts';
import type { ClusterMember } from './etcd-cluster.ts';
import { EtcdNode } from './etcd-node.ts';
import { pickFreePort } from './free-port.ts';
import { PeerNetwork } from './peer-network.ts';

/** What kind of etcd a test needs; by default one member, plain text, open to all, data of its own. */
export interface StartEtcdOptions {
  readonly nodes?: 1 | 3;
  /** Let members be cut off from their peers, by `cutOff` of a node. */
  readonly partitionable?: boolean;
  /** Serve by TLS with a certificate of the authority `ca`. */
  readonly tls?: boolean;
  /** With `tls`: turn away clients without a certificate of that authority. */
  readonly clientCertificates?: boolean;
  /** Turn authentication on; this user may do everything, and so may `root` with the same password. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Where the members keep their data; default a folder that `stop` removes. */
  readonly dataDir?: string;
  /** Further flags for every member, such as `--quota-backend-bytes=2097152`. */
  readonly flags?: readonly string[];
}

/** A real etcd that serves, and ways to ill-treat it. What is done to it as a whole is done to every member. */
export interface TestEtcd {
  /** URLs for clients, one a member; they stay the same over restarts. */
  readonly endpoints: readonly string[];
  /** The first of them. */
  readonly endpoint: string;
  readonly nodes: readonly TestEtcdNode[];
  /** Paths of PEM files; present with `tls`. */
  readonly certificates?: CertificateFiles;
  /** Ends the processes as a power cut does. */
  kill(): Promise<void>;
  /** Freezes the processes: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends the processes, starts them on the same data and ports, and waits until they serve. */
  restart(): Promise<void>;
  /** Forgets the history before `revision`. */
  compact(revision: number): Promise<void>;
  /** Runs etcdctl against all members with the right flags; resolves with what it printed. */
  etcdctl(args: readonly string[]): Promise<string>;
  snapshotSave(file: string): Promise<void>;
  /** Goes back to a saved snapshot, as a cluster of another identity. */
  restoreFrom(file: string): Promise<void>;
  /** Ends everything, paused or not, and removes what was written. */
  stop(): Promise<void>;
}

/** One member of a test's etcd. */
export interface TestEtcdNode {
  readonly endpoint: string;
  readonly pid: number;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /**
   * Nothing passes any more between this member and its peers, while clients reach them all; one member at a time,
   * and only with `partitionable`. The cluster must serve when this is called.
   */
  cutOff(): Promise<void>;
  /** Lets everything pass again. */
  rejoin(): void;
  /** Ends the process if it runs and starts it on the same data; resolves when all members that run serve. */
  restart(): Promise<void>;
}

/** Starts real etcd processes on loopback and resolves once they serve. */
export async function startEtcd(options: StartEtcdOptions = {}): Promise<TestEtcd> {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-etcd-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

async function startIn(folder: string, options: StartEtcdOptions): Promise<TestEtcd> {
  const binaries = await findEtcd();
  const certificates = options.tls === true ? await writeCertificates(folder) : undefined;
  // Another process may take a port between the look and the start: then others are picked.
  for (let attempt = 1; ; attempt += 1) {
    const network = options.partitionable === true ? new PeerNetwork() : undefined;
    const members = await layOut(folder, binaries.etcd, options, { certificates, network }, attempt);
    const cluster = new EtcdCluster({
      binaries,
      members,
      ...(certificates === undefined ? {} : { certificates }),
    });
    try {
      await cluster.start();
      if (options.auth !== undefined) await cluster.enableAuth(options.auth.user, options.auth.password);
      return describe(cluster, folder, { certificates, network });
    } catch (error) {
      await cluster.kill();
      network?.close();
      if (attempt === 5 || !String(error).includes('address already in use')) throw error;
    }
  }
}

/** What stands around the members' processes. */
interface Surroundings {
  readonly certificates: CertificateFiles | undefined;
  readonly network: PeerNetwork | undefined;
}

async function layOut(
  folder: string,
  binary: string,
  options: StartEtcdOptions,
  { certificates, network }: Surroundings,
  attempt: number,
): Promise<ClusterMember[]> {
  const scheme = certificates === undefined ? 'http' : 'https';
  const dataDir = options.dataDir ?? join(folder, `data-${String(attempt)}`);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const names = Array.from({ length: options.nodes ?? 1 }, (_, index) => `member-${String(index + 1)}`);
  const places = await Promise.all(
    names.map(async (name) => {
      const peerPort = await pickFreePort();
      const listenPeerUrl = `http://127.0.0.1:${String(peerPort)}`;
      return {
        name,
        dataDir: join(dataDir, name),
        listenPeerUrl,
        peerUrl: (await network?.open(name, peerPort)) ?? listenPeerUrl,
        endpoint: `${scheme}://127.0.0.1:${String(await pickFreePort())}`,
      };
    }),
  );
  const cluster = places.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
  return places.map(({ endpoint, listenPeerUrl, ...place }) => ({
    ...place,
    node: new EtcdNode({
      binary,
      endpoint,
      logFile: join(folder, `${place.name}.log`),
      args: [
        ...[`--name=${place.name}`, `--data-dir=${place.dataDir}`],
        ...[`--listen-client-urls=${endpoint}`, `--advertise-client-urls=${endpoint}`],
        ...[`--listen-peer-urls=${listenPeerUrl}`, `--initial-advertise-peer-urls=${place.peerUrl}`],
        ...[`--initial-cluster=${cluster}`, '--initial-cluster-state=new', '--logger=zap'],
        ...tlsFlags(certificates, options.clientCertificates === true),
        ...(options.flags ?? []),
      ],
    }),
  }));
}

function tlsFlags(files: CertificateFiles | undefined, clientCertificates: boolean): string[] {
  if (files === undefined) return [];
  const own = [`--cert-file=${files.cert}`, `--key-file=${files.key}`];
  return clientCertificates ? [...own, '--client-cert-auth', `--trusted-ca-file=${files.ca}`] : own;
}

function describe(cluster: EtcdCluster, folder: string, { certificates, network }: Surroundings): TestEtcd {
  const endpoints = cluster.nodes.map(({ endpoint }) => endpoint);
  return {
    endpoints,
    endpoint: endpoints[0] ?? '',
    nodes: cluster.members.map(({ name, node }) => ({
      endpoint: node.endpoint,
      get pid() {
        return node.pid;
      },
      kill: () => node.kill(),
      pause: () => {
        node.pause();
      },
      resume: () => {
        node.resume();
      },
      cutOff: async () => {
        if (network === undefined) throw new Error('only with `partitionable`');
        network.cutOff(name, await cluster.idOf(name));
      },
      rejoin: () => {
        network?.mend();
      },
      restart: async () => {
        await node.kill();
        node.start();
        await cluster.healthy();
      },
    })),
    ...(certificates === undefined ? {} : { certificates }),
    kill: () => cluster.kill(),
    pause: () => {
      for (const node of cluster.nodes) node.pause();
    },
    resume: () => {
      for (const node of cluster.nodes) node.resume();
    },
    restart: () => cluster.restart(),
    compact: async (revision) => {
      await cluster.etcdctl(['compaction', '--physical', String(revision)]);
    },
    etcdctl: (args) => cluster.etcdctl(args),
    snapshotSave: async (file) => {
      await cluster.ctlOfFirst(['snapshot', 'save', file]);
    },
    restoreFrom: (file) => cluster.restoreFrom(file),
    stop: async () => {
      await cluster.kill();
      network?.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
