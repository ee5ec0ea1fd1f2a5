export type { CancelSignal } from './cancel.ts';
export type { Clock, Instant, Random } from './clock.ts';
export { errorCodes, isWaystationError, WaystationError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { agentReportSchema } from './model/agent-report.ts';
export type { AgentReport } from './model/agent-report.ts';
export type { AliyunChannel, Channel, HttpChannel } from './model/channel.ts';
export { fleetEventSchema, historyEntrySchema } from './model/history.ts';
export type { FleetEvent, HistoryEntry } from './model/history.ts';
export { defaultPrefix, fleetKeys, namePattern } from './model/keys.ts';
export type { FleetId, FleetKeys } from './model/keys.ts';
export type { Message } from './model/message.ts';
export { overrideSchema } from './model/override.ts';
export type { Override } from './model/override.ts';
export type { Policy, Route } from './model/route.ts';
export type { RoutingSnapshot } from './model/snapshot.ts';
export { schemaVersion, strategySchema } from './model/strategy.ts';
export type { Strategy, StrategyInput } from './model/strategy.ts';
export { outcomeClasses } from './sending/outcome.ts';
export type { Outcome, OutcomeClass, OutcomeScope } from './sending/outcome.ts';
export type {
  CallOptions,
  ConfigStore,
  Revision,
  StoreCompare,
  StoreEntry,
  StoreEvent,
  StoreLease,
  StoreSnapshot,
  StoreWrite,
  TransactionResult,
  WatchBatch,
} from './store.ts';
