import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { WaystationError } from '@waystation/core';
import type { AgentConfig, ApiProtection, SourceConfig } from './agent-config.ts';
import type { AgentOptionValues } from './config.ts';

/** What the surroundings say where options do not. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly readFile: (path: string) => Promise<string>;
}

const minTokenLength = 16;

/** Turns options into the agent's configuration: reads what files hold, and fills in what is given nowhere. */
export async function resolveConfig(values: AgentOptionValues, around: Surroundings): Promise<AgentConfig> {
  return {
    fleet: { env: values.env, fleet: values.fleet },
    agentId: values.agentId ?? inventId(),
    labels: values.label,
    source: sourceOf(values),
    listen: values.listen,
    adminListen: values.adminListen,
    protection: await protectionOf(values, around),
    dataDir: resolve(values.dataDir ?? join(stateFolder(around), 'waystation-agent')),
    logLevel: values.logLevel,
    stopTimeoutMs: values.stopTimeoutMs,
  };
}

function sourceOf(values: AgentOptionValues): SourceConfig {
  const { strategyFile, etcdEndpoints, etcdCa, etcdCert, etcdKey, etcdUser, etcdPasswordFile } = values;
  if (strategyFile !== undefined) return { kind: 'file', path: resolve(strategyFile) };
  return {
    kind: 'etcd',
    etcd: {
      endpoints: etcdEndpoints,
      prefix: values.etcdPrefix,
      ...(etcdCa !== undefined && { caFile: etcdCa }),
      ...(etcdCert !== undefined && { certFile: etcdCert }),
      ...(etcdKey !== undefined && { keyFile: etcdKey }),
      ...(etcdUser !== undefined && { user: etcdUser }),
      ...(etcdPasswordFile !== undefined && { passwordFile: etcdPasswordFile }),
    },
  };
}

async function protectionOf(values: AgentOptionValues, around: Surroundings): Promise<ApiProtection> {
  const { apiTokenFile, tlsCert, tlsKey, allowHost } = values;
  const read = (flag: string, path: string): Promise<string> => readNamed(flag, path, around);
  const token =
    apiTokenFile === undefined ? undefined : (await read('--api-token-file', apiTokenFile)).trim();
  if (token !== undefined && (token.length < minTokenLength || !/^[\x21-\x7e]+$/.test(token))) {
    throw new WaystationError(
      'CONFIG_INVALID',
      `--api-token-file ${apiTokenFile ?? ''} must hold at least ${String(minTokenLength)} visible ASCII characters without blanks, got ${String(token.length)}`,
    );
  }
  return {
    allowedHosts: allowHost,
    ...(token !== undefined && { token }),
    ...(tlsCert !== undefined &&
      tlsKey !== undefined && {
        tls: { cert: await read('--tls-cert', tlsCert), key: await read('--tls-key', tlsKey) },
      }),
  };
}

async function readNamed(flag: string, path: string, { readFile }: Surroundings): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new WaystationError('CONFIG_INVALID', `${flag} ${path} cannot be read (${code})`, { cause });
  }
}

/** Where programs keep what they must find again, by the platform's own custom. */
function stateFolder({ env, platform, home }: Surroundings): string {
  const given = env['XDG_STATE_HOME'];
  if (given !== undefined && given.startsWith('/')) return given;
  return platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'state');
}

/** Told apart from every other agent, and recognised by people. */
function inventId(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 50);
  return `${host === '' ? 'agent' : host}-${randomBytes(4).toString('hex')}`;
}
