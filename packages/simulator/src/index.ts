export type { SimulatorConfigInput } from './config/simulator-config.ts';
export type { FaultSpecInput } from './fault/fault-spec.ts';
export type { CheckBy, DoubledMessage, LedgerCheck } from './ledger/ledger-check.ts';
export type { LedgerFilter, LedgerText } from './ledger/ledger.ts';
export type { Log, LogFields } from './log.ts';
export type { Simulator, SimulatorOptions } from './simulator.ts';
export { startSimulator } from './start-simulator.ts';
