export type { AccessPlan, AccessRole, AccessUser, Permission } from './access-plan.ts';
export type { EtcdOptions } from './etcd-options.ts';
export { EtcdStore } from './etcd-store.ts';
export { grantAccess } from './grant-access.ts';
