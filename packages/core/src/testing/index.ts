export { strategyArbitrary } from './arbitraries.ts';
export { MemoryKeys } from './memory-keys.ts';
export { MemoryStore } from './memory-store.ts';
export type { MemoryStoreOptions } from './memory-store.ts';
export { seededRandom } from './seeded-random.ts';
export { describeStoreContract } from './store-contract.ts';
export type { ContractStore } from './store-contract.ts';
export { VirtualClock } from './virtual-clock.ts';
