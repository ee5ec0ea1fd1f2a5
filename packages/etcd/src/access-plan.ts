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

/** Roles and users that should be there. */
export interface AccessPlan {
  readonly roles: readonly AccessRole[];
  readonly users: readonly AccessUser[];
}
