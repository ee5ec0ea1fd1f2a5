import { onTestFinished } from 'vitest';
import type { EtcdOptions } from '../etcd-options.ts';
import { EtcdStore } from '../etcd-store.ts';
import { startEtcd } from './start-etcd.ts';
import type { StartEtcdOptions, TestEtcd } from './start-etcd.ts';
import { waitUntil } from './wait-until.ts';

/** Registers what is done when a test has finished; tests side by side hand in their own. */
export type Finished = (undo: () => Promise<void>) => void;

/** An etcd that is stopped when the test has finished. */
export async function withEtcd(
  options: StartEtcdOptions = {},
  finished: Finished = onTestFinished,
): Promise<TestEtcd> {
  const etcd = await startEtcd(options);
  finished(() => etcd.stop());
  return etcd;
}

/** A store that is closed when the test has finished. */
export function openStore(options: EtcdOptions, finished: Finished = onTestFinished): EtcdStore {
  const store = new EtcdStore(options);
  finished(() => store.close());
  return store;
}

/** Puts until it is done: a write whose answer was lost is written again. */
export async function putSurely(store: EtcdStore, key: string, value: string): Promise<void> {
  await waitUntil(`${key} is written`, () => succeeds(store.transact([], [{ type: 'put', key, value }])));
}

/** Whether a call succeeds. */
export async function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}
