import type { FleetId, FleetKeys } from '@waystation/core';
import type { AccessRole } from '@waystation/etcd';

/** Who there is: agents read what they route by and write their reports, nothing else. */
export const roleKinds = ['agent', 'operator', 'viewer'] as const;

/** One of the roles of a fleet. */
export type RoleKind = (typeof roleKinds)[number];

/** The roles of one fleet. */
export function fleetRoles(keys: FleetKeys, { env, fleet }: FleetId): Readonly<Record<RoleKind, AccessRole>> {
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
