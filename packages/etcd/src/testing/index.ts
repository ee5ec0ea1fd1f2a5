export type { CertificateFiles } from './certificates.ts';
export { pickFreePort, pickFreePorts } from './free-port.ts';
export { startEtcd } from './start-etcd.ts';
export type { StartEtcdOptions, TestEtcd, TestEtcdNode } from './start-etcd.ts';
