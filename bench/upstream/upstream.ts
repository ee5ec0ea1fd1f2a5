import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pickFreePorts } from '@waystation/etcd/testing';
import type { Cores, Place } from '../machine/cores.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { untilOpen } from '../process/until-open.ts';
import { acceptedAnswer } from './accepted-answer.ts';
import { makeCertificate } from './certificate.ts';
import { nginxConfig } from './nginx-config.ts';

/** How many hosts it looks like. */
const hostCount = 10;

/** What an upstream is started with. */
export interface UpstreamOptions {
  readonly nginx: string;
  readonly folder: string;
  readonly cores: Cores | undefined;
  readonly place?: Place;
}

/** The lightest provider there is: an nginx that answers everything with an accepted SendSms. */
export class Upstream {
  readonly process: BenchProcess;
  readonly port: number;
  readonly tlsPort: number;
  /** Base URLs at which it answers alike: as many hosts to an agent. */
  readonly hosts: readonly string[];
  readonly #silentPort: number;
  /** Path of the certificate that it shows, which is its own authority. */
  readonly caFile: string;

  private constructor(process: BenchProcess, ports: readonly number[], caFile: string) {
    this.process = process;
    const [tlsPort = 0, silentPort = 0, port = 0, ...more] = ports;
    this.port = port;
    this.tlsPort = tlsPort;
    this.#silentPort = silentPort;
    this.hosts = [port, ...more].map((one) => `http://127.0.0.1:${String(one)}`);
    this.caFile = caFile;
  }

  static async start({ nginx, folder, cores, place = 'rest' }: UpstreamOptions): Promise<Upstream> {
    await mkdir(folder, { recursive: true });
    const ports = await pickFreePorts(2 + hostCount);
    const [tlsPort = 0, silentPort = 0, ...plain] = ports;
    const { key, certificate } = await makeCertificate();
    const caFile = join(folder, 'upstream.crt');
    await writeFile(caFile, certificate);
    await writeFile(join(folder, 'upstream.key'), key, { mode: 0o600 });
    const config = nginxConfig(
      folder,
      `  large_client_header_buffers 8 64k;
  server {
    ${plain.map((port) => `listen 127.0.0.1:${String(port)} backlog=4096;`).join(' ')}
    listen 127.0.0.1:${String(tlsPort)} ssl;
    ssl_certificate ${caFile};
    ssl_certificate_key ${join(folder, 'upstream.key')};
    default_type application/json;
    location / { return 200 '${acceptedAnswer}'; }
  }
  server {
    listen 127.0.0.1:${String(silentPort)};
    default_type text/html;
    location / { return 500 '<html></html>'; }
  }`,
    );
    await writeFile(join(folder, 'nginx.conf'), config);
    const process = new BenchProcess({
      name: 'upstream',
      command: nginx,
      args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
      cores,
      place,
    });
    await untilOpen(process, tlsPort);
    return new Upstream(process, ports, caFile);
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get tlsUrl(): string {
    return `https://127.0.0.1:${String(this.tlsPort)}`;
  }

  /** Another host, whose answers say nothing: what is sent there stays unknown. */
  get silentUrl(): string {
    return `http://127.0.0.1:${String(this.#silentPort)}`;
  }
}
