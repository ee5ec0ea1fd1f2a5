/** Paths of the programs that tests start. */
export interface EtcdBinaries {
  readonly etcd: string;
  readonly etcdctl: string;
}

/** The repository's own finder: environment, path, cache, and then the network. */
const finder = new URL('../../../../scripts/etcd.mjs', import.meta.url);

/** Where etcd is: WAYSTATION_ETCD and WAYSTATION_ETCDCTL, else the path, else fetched into a cache. */
export async function findEtcd(): Promise<EtcdBinaries> {
  const { WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl } = process.env;
  if (etcd && etcdctl) return { etcd, etcdctl };
  const { ensureEtcd } = (await import(finder.href)) as { ensureEtcd: () => Promise<EtcdBinaries> };
  return ensureEtcd();
}
