import { isWaystationError } from '@waystation/core';
import type { AccessPlan, AccessRole, AccessUser, Permission } from './access-plan.ts';
import { EtcdConnection } from './connection.ts';
import type { EtcdOptions } from './etcd-options.ts';

const permissionNames = { read: 'Read', write: 'Write', readwrite: 'Readwrite' } as const satisfies Record<
  Permission['kind'],
  string
>;

/**
 * Creates the roles and users of a plan. A role that is there is granted what it lacks, a user that is there keeps
 * the password; nothing is ever taken away, and authentication is never switched on.
 */
export async function grantAccess(options: EtcdOptions, plan: AccessPlan): Promise<void> {
  const [endpoint] = options.endpoints;
  if (endpoint === undefined) throw new Error('no etcd endpoint is configured');
  const connection = await EtcdConnection.open(endpoint, options);
  try {
    for (const role of plan.roles) await grantRole(connection, role);
    for (const user of plan.users) await createUser(connection, user);
  } finally {
    connection.close();
  }
}

async function grantRole(connection: EtcdConnection, { name, permissions }: AccessRole): Promise<void> {
  const { Range } = await import('etcd3');
  await unlessThere(() =>
    connection.call(`creating the role ${name}`, async (client) => {
      await client.role(name).create();
    }),
  );
  for (const { kind, prefix } of permissions) {
    await connection.call(`granting the role ${name} what is below ${prefix}`, async (client) => {
      await client.role(name).grant({ permission: permissionNames[kind], range: Range.prefix(prefix) });
    });
  }
}

async function createUser(connection: EtcdConnection, { name, password, role }: AccessUser): Promise<void> {
  await unlessThere(() =>
    connection.call(`creating the user ${name}`, async (client) => {
      await client.user(name).create(password);
    }),
  );
  await connection.call(`giving the user ${name} the role ${role}`, async (client) => {
    await client.user(name).addRole(role);
  });
}

async function unlessThere(create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!isWaystationError(error) || !error.message.includes('already exists')) throw error;
  }
}
