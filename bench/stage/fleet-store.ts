import { fleetKeys } from '@waystation/core';
import { EtcdStore } from '@waystation/etcd';
import { startEtcd } from '@waystation/etcd/testing';
import type { TestEtcd } from '@waystation/etcd/testing';
import type { Stage } from './stage.ts';
import type { Document } from './strategy.ts';

/** A real etcd and what is put there for fleets of the environment `default`. */
export class FleetStore {
  readonly etcd: TestEtcd;
  readonly #store: EtcdStore;

  private constructor(etcd: TestEtcd, store: EtcdStore) {
    this.etcd = etcd;
    this.#store = store;
  }

  /** Starts one that ends with the stage. */
  static async start(stage: Stage): Promise<FleetStore> {
    const etcd = await startEtcd();
    const store = new EtcdStore({ endpoints: etcd.endpoints });
    stage.atEnd(() => etcd.stop());
    stage.atEnd(() => store.close());
    return new FleetStore(etcd, store);
  }

  /** Flags of an agent that follows a fleet. */
  flags(fleet = 'default'): readonly string[] {
    return ['--etcd-endpoints', this.etcd.endpoints.join(','), '--fleet', fleet];
  }

  /** Puts a strategy as it is, and gives its revision. */
  async put(strategy: Document, fleet = 'default'): Promise<number> {
    const { strategy: key } = fleetKeys({ env: 'default', fleet });
    const value = JSON.stringify(strategy);
    const { revision } = await this.#store.transact([], [{ type: 'put', key, value }]);
    return revision;
  }
}
