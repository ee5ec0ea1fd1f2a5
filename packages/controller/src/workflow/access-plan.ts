import type { FleetKeys } from '@waystation/core';

/** What a role may do below a prefix. */
export interface Permission {
  readonly kind: 'read' | 'write' | 'readwrite';
  readonly prefix: string;
}

/** A role of etcd's access control. */
export interface AccessRole {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** A user of etcd's access control. */
export interface AccessUser {
  readonly name: string;
  readonly password: string;
  readonly role: string;
}

/** Everything that `etcd roles --create` makes; what is there already is left, and granted what it lacks. */
export interface AccessPlan {
  readonly roles: readonly AccessRole[];
  readonly users: readonly AccessUser[];
}

/** Who there is: agents read what they route by and write their reports, nothing else. */
export const roleKinds = ['agent', 'operator', 'viewer'] as const;

/** One of the roles of a fleet. */
export type RoleKind = (typeof roleKinds)[number];

/** The roles of one fleet. */
export function fleetRoles(
  keys: FleetKeys,
  { env, fleet }: { readonly env: string; readonly fleet: string },
): Readonly<Record<RoleKind, AccessRole>> {
  const name = (kind: RoleKind): string => `waystation.${env}.${fleet}.${kind}`;
  return {
    agent: {
      name: name('agent'),
      permissions: [
        { kind: 'read', prefix: keys.routing },
        { kind: 'write', prefix: keys.agents },
      ],
    },
    operator: { name: name('operator'), permissions: [{ kind: 'readwrite', prefix: keys.root }] },
    viewer: { name: name('viewer'), permissions: [{ kind: 'read', prefix: keys.root }] },
  };
}
