import { WaystationError } from '@waystation/core';
import type { ConfigStore } from '@waystation/core';
import type { AccessPlan, EtcdOptions } from '@waystation/etcd';
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from './options/connection-options.ts';

/** Opens the store on etcd. Its code is loaded only here: commands that stay on this machine need not wait for it. */
export async function openEtcdStore(connection: ConnectionOptions): Promise<ConfigStore> {
  const options = await readEtcdOptions(connection);
  const { EtcdStore } = await import('@waystation/etcd');
  return new EtcdStore(options);
}

/** Creates roles and users in etcd's access control. */
export async function grantEtcdAccess(connection: ConnectionOptions, plan: AccessPlan): Promise<void> {
  const options = await readEtcdOptions(connection);
  const { grantAccess } = await import('@waystation/etcd');
  await grantAccess(options, plan);
}

async function readEtcdOptions(connection: ConnectionOptions): Promise<EtcdOptions> {
  const { etcdEndpoints, etcdCa, etcdCert, etcdKey, etcdUser, etcdPasswordFile } = connection;
  const [ca, cert, key, password] = await Promise.all([
    readOption('--etcd-ca', etcdCa),
    readOption('--etcd-cert', etcdCert),
    readOption('--etcd-key', etcdKey),
    readOption('--etcd-password-file', etcdPasswordFile),
  ]);
  return {
    endpoints: etcdEndpoints,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(etcdUser === undefined ? {} : { user: etcdUser }),
    // Editors end a file with a line's end; no password means it.
    ...(password === undefined ? {} : { password: password.replace(/\r?\n$/, '') }),
  };
}

async function readOption(flag: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WaystationError('CONFIG_INVALID', `${flag} must name a file that can be read: ${why}`, {
      cause,
    });
  }
}
