import { describeStoreContract } from '@waystation/core/testing';
import { EtcdStore } from './etcd-store.ts';
import { startEtcd } from './testing/start-etcd.ts';

describeStoreContract('EtcdStore', async () => {
  const etcd = await startEtcd();
  const open = (): EtcdStore => new EtcdStore({ endpoints: etcd.endpoints, signOfLifeMs: 300 });
  return { store: open(), open, compact: (revision) => etcd.compact(revision), dispose: () => etcd.stop() };
});
