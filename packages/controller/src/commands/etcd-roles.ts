import type { AccessRole, AccessUser } from '@waystation/etcd';
import { readFile } from 'node:fs/promises';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import { fleetRoles, roleKinds } from '../fleet/fleet-roles.ts';
import type { RoleKind } from '../fleet/fleet-roles.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';

/** `wayctl etcd roles`. */
export const etcdRoles: CommandDefinition = {
  name: 'etcd roles',
  summary: "Print, or create, the roles of this fleet for etcd's access control",
  details:
    'agent: reads routing/, writes agents/, nothing else. operator: reads and writes everything of this fleet. viewer: reads it. Without --create it prints the etcdctl commands; with it, it makes roles and users itself (as root, once authentication is on). It never switches authentication on.',
  options: [
    { flags: '--create', description: 'create them instead of printing the commands' },
    {
      flags: '--user <role=name:passwordFile>',
      description: 'also create a user of that role; the password is read from the file',
      repeatable: true,
    },
  ],
  examples: [
    'wayctl --env prod etcd roles',
    'wayctl --env prod --etcd-user root --etcd-password-file root.txt etcd roles --create --user agent=prod-agent:agent.txt',
  ],
  async run(invocation) {
    const { connection } = await invocation.common();
    const roles = fleetRoles(await invocation.keys(), connection);
    const users = await Promise.all(invocation.texts('user').map((text) => readUser(roles, text)));
    if (invocation.flag('create')) return create(invocation, Object.values(roles), users);
    const commands = [...Object.values(roles).flatMap(roleCommands), ...users.flatMap(userCommands)];
    await invocation.emit({ roles: Object.values(roles), commands }, () =>
      commands.map((command) => `${command}\n`).join(''),
    );
    return exitCodes.done;
  },
};

async function create(
  invocation: Invocation,
  roles: readonly AccessRole[],
  users: readonly AccessUser[],
): Promise<ExitCode> {
  const { connection } = await invocation.common();
  await invocation.world.grantAccess(connection, { roles, users });
  const names = { roles: roles.map(({ name }) => name), users: users.map(({ name }) => name) };
  await invocation.emit(names, () =>
    [
      ...names.roles.map((name) => `role ${name}\n`),
      ...users.map(({ name, role }) => `user ${name}, role ${role}\n`),
    ].join(''),
  );
  return exitCodes.done;
}

function roleCommands({ name, permissions }: AccessRole): readonly string[] {
  return [
    `etcdctl role add ${name}`,
    ...permissions.map(
      ({ kind, prefix }) => `etcdctl role grant-permission ${name} --prefix=true ${kind} ${prefix}`,
    ),
  ];
}

/** The password stays in its file: what is printed ends up in scroll-back and history. */
function userCommands({ name, role }: AccessUser): readonly string[] {
  return [`etcdctl user add ${name} --interactive=true`, `etcdctl user grant-role ${name} ${role}`];
}

async function readUser(roles: Readonly<Record<RoleKind, AccessRole>>, text: string): Promise<AccessUser> {
  const match = /^([a-z]+)=([A-Za-z0-9._-]{1,63}):(.+)$/.exec(text);
  const kind = roleKinds.find((name) => name === match?.[1]);
  const [name, file] = [match?.[2], match?.[3]];
  if (kind === undefined || name === undefined || file === undefined) {
    throw usage(`--user must be ${roleKinds.join('|')}=NAME:PASSWORD-FILE, got ${JSON.stringify(text)}`);
  }
  const password = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw usage(
      `cannot read the password file ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  });
  if (password.trim() === '') throw usage(`the password file ${file} is empty`);
  return { name, role: roles[kind].name, password: password.replace(/\r?\n$/, '') };
}
