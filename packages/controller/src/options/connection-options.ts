import type { FleetId } from '@waystation/core';

/** How to reach etcd, and which fleet is meant; every value resolved, none secret. */
export interface ConnectionOptions extends FleetId {
  readonly etcdEndpoints: readonly string[];
  /** File of the authority that signed etcd's certificate. */
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdUser?: string;
  readonly etcdPasswordFile?: string;
}
