import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { WaystationError } from '@waystation/core';
import type { AgentConfig, ApiProtection, SourceConfig } from './agent-config.ts';
import type { LocalKeys } from './http/compat/local-keys.ts';
import { readLocalKeys } from './http/compat/local-keys.ts';
import type { AgentOptionValues } from './config.ts';

/** What the surroundings say where options do not. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly readFile: (path: string) => Promise<string>;
}

const minTokenLength = 16;
const journalKeyBytes = 32;

/** Turns options into the agent's configuration: reads what files hold, and fills in what is given nowhere. */
export async function resolveConfig(values: AgentOptionValues, around: Surroundings): Promise<AgentConfig> {
  return {
    fleet: { env: values.env, fleet: values.fleet },
    agentId: values.agentId ?? inventId(),
    labels: values.label,
    source: await sourceOf(values, around),
    listen: values.listen,
    adminListen: values.adminListen,
    compatActions: values.compatActions,
    protection: await protectionOf(values, around),
    dataDir: resolve(values.dataDir ?? join(stateFolder(around), 'waystation-agent')),
    journal: await journalOf(values, around),
    maxUnderWay: values.maxUnderWay,
    logLevel: values.logLevel,
    stopTimeoutMs: values.stopTimeoutMs,
  };
}

async function sourceOf(values: AgentOptionValues, around: Surroundings): Promise<SourceConfig> {
  const { strategyFile, etcdEndpoints, etcdUser, etcdPrefix } = values;
  if (strategyFile !== undefined) return { kind: 'file', path: resolve(strategyFile) };
  const ca = await readNamed('--etcd-ca', values.etcdCa, around);
  const cert = await readNamed('--etcd-cert', values.etcdCert, around);
  const key = await readNamed('--etcd-key', values.etcdKey, around);
  const password = await readNamed('--etcd-password-file', values.etcdPasswordFile, around);
  return {
    kind: 'etcd',
    prefix: etcdPrefix,
    etcd: {
      endpoints: etcdEndpoints,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(etcdUser !== undefined && { user: etcdUser }),
      // Editors end a file with a line break, passwords do not.
      ...(password !== undefined && { password: password.replace(/\r?\n$/, '') }),
    },
  };
}

async function journalOf(values: AgentOptionValues, around: Surroundings): Promise<AgentConfig['journal']> {
  const { journalMaxMb, journalRetention, journalKeyFile, journalOldKeyFile } = values;
  const key = await journalKeyOf('--journal-key-file', journalKeyFile, around);
  const formerKey = await journalKeyOf('--journal-old-key-file', journalOldKeyFile, around);
  return {
    maxBytes: journalMaxMb * 1024 * 1024,
    retentionMs: journalRetention,
    ...(key !== undefined && { key }),
    ...(formerKey !== undefined && { formerKey }),
  };
}

async function journalKeyOf(
  flag: string,
  path: string | undefined,
  around: Surroundings,
): Promise<Buffer | undefined> {
  const text = (await readNamed(flag, path, around))?.trim();
  if (text === undefined) return undefined;
  const key = Buffer.from(text, 'base64');
  if (key.length === journalKeyBytes) return key;
  throw new WaystationError(
    'CONFIG_INVALID',
    `${flag} ${path ?? ''} must hold ${String(journalKeyBytes)} bytes in base64, got ${String(key.length)}`,
  );
}

async function protectionOf(values: AgentOptionValues, around: Surroundings): Promise<ApiProtection> {
  const { apiTokenFile, allowHost } = values;
  const token = (await readNamed('--api-token-file', apiTokenFile, around))?.trim();
  if (token !== undefined && (token.length < minTokenLength || !/^[\x21-\x7e]+$/.test(token))) {
    throw new WaystationError(
      'CONFIG_INVALID',
      `--api-token-file ${apiTokenFile ?? ''} must hold at least ${minTokenLength} visible ASCII characters without blanks, got ${token.length}`,
    );
  }
  const cert = await readNamed('--tls-cert', values.tlsCert, around);
  const key = await readNamed('--tls-key', values.tlsKey, around);
  const localKeys = await localKeysOf(values.localKeys, around);
  return {
    allowedHosts: allowHost,
    ...(localKeys !== undefined && { localKeys }),
    ...(token !== undefined && { token }),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  };
}

async function localKeysOf(given: string | undefined, around: Surroundings): Promise<LocalKeys | undefined> {
  if (given === 'any') return { kind: 'any' };
  const text = await readNamed('--local-keys', given, around);
  if (text === undefined) return undefined;
  const read = readLocalKeys(text, given ?? '');
  if (!read.ok) throw new WaystationError('CONFIG_INVALID', `--local-keys ${given ?? ''} ${read.reason}`);
  return { kind: 'keys', secrets: read.secrets, ...(given !== undefined && { file: resolve(given) }) };
}

async function readNamed(
  flag: string,
  path: string | undefined,
  { readFile }: Surroundings,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
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
