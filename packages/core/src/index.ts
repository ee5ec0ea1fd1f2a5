export type { CancelSignal } from './cancel.ts';
export type { Clock, Instant, Random } from './clock.ts';
export type { Draft } from './draft.ts';
export { errorCodes, isWaystationError, WaystationError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export type { FeedContent, FeedKeys, StrategyText } from './feed/feed-content.ts';
export { feedDefaults } from './feed/feed-state.ts';
export type {
  FeedEffect,
  FeedEvent,
  FeedOptions,
  FeedState,
  FeedStep,
  FeedWarning,
} from './feed/feed-state.ts';
export { feedWakeAt, startFeed, stepFeed } from './feed/feed-step.ts';
export { stepChannelHealth } from './health/channel-health.ts';
export type { ChannelHealth, HealthEvent, HealthRules } from './health/channel-health.ts';
export { channelStates, tellChannelState } from './health/channel-state.ts';
export type { ChannelBlock, ChannelStanding, ChannelStateName } from './health/channel-state.ts';
export { FleetHealth } from './health/fleet-health.ts';
export type { ChannelCondition, HealthChange, ProbeResult } from './health/fleet-health.ts';
export { evidenceOf } from './health/health-evidence.ts';
export type { EndedTry, Evidence, Fault } from './health/health-evidence.ts';
export type { HealthTier, HealthView, Standing } from './health/health-view.ts';
export { ChannelLimits } from './limits/channel-limits.ts';
export type { ChannelOver } from './limits/channel-limits.ts';
export { NumberLimits } from './limits/number-limits.ts';
export type { NumberAdmission } from './limits/number-limits.ts';
export { RouteLimit } from './limits/route-limit.ts';
export type { Released, RouteEntry, RouteRule } from './limits/route-limit.ts';
export { agentReportSchema } from './model/agent-report.ts';
export type { AgentReport } from './model/agent-report.ts';
export type { AliyunChannel, Channel, HttpChannel } from './model/channel.ts';
export { fleetEventSchema, historyEntrySchema } from './model/history.ts';
export type { FleetEvent, HistoryEntry } from './model/history.ts';
export { defaultPrefix, fleetKeys, namePattern } from './model/keys.ts';
export type { FleetId, FleetKeys } from './model/keys.ts';
export { isMixed, signNamesOf } from './model/message-batch.ts';
export type { BatchText, MessageBatch } from './model/message-batch.ts';
export type { Message } from './model/message.ts';
export { overrideSchema } from './model/override.ts';
export type { Override } from './model/override.ts';
export type { Policy, Route } from './model/route.ts';
export type { RoutingSnapshot } from './model/snapshot.ts';
export { schemaVersion } from './model/strategy-shape.ts';
export { strategySchema } from './model/strategy.ts';
export type { Strategy, StrategyInput } from './model/strategy.ts';
export { askedNumber, numbersToAsk } from './reconcile/numbers-to-ask.ts';
export { readSendDate } from './reconcile/record-row.ts';
export type { RecordRow } from './reconcile/record-row.ts';
export { startSearch, stepSearch } from './reconcile/search.ts';
export type {
  AttemptTime,
  MessageSearchEnd,
  NoRecordsAnswer,
  RecordsAnswer,
  Rivals,
  Search,
  SearchEffect,
  SearchEvent,
  SearchInput,
  SearchRules,
  SearchVerdict,
} from './reconcile/search-state.ts';
export { searchTogether } from './reconcile/search-together.ts';
export { shanghaiDay } from './reconcile/shanghai-days.ts';
export type { Sought } from './reconcile/sought.ts';
export { buildPicker, buildPickerInSteps } from './routing/build-picker.ts';
export { coversNumbers, coversTemplate, maxNumbersOf } from './routing/coverage.ts';
export { buildRouteMatcher, matchRoute } from './routing/match-route.ts';
export type { RouteMatch, RouteMatcher } from './routing/match-route.ts';
export { takeOrder } from './routing/order.ts';
export type { Order } from './routing/order.ts';
export { maxPhoneNumbers, parsePhoneNumbers, toE164 } from './routing/phone-number.ts';
export type { PhoneNumbers } from './routing/phone-number.ts';
export type { Pick, Picker, PickOptions } from './routing/picker.ts';
export { evenLoad, stepLoad, takesRequest } from './overload/loop-load.ts';
export type { LoadLimits, LoopLoad, LoopTurn } from './overload/loop-load.ts';
export { aliyunCodes, clockSkewCode, findAliyunCode } from './sending/aliyun-codes.ts';
export type { AliyunCode } from './sending/aliyun-codes.ts';
export { startAttemptPlan, stepAttemptPlan } from './sending/attempt-plan.ts';
export type {
  AttemptEffect,
  AttemptEvent,
  AttemptPlan,
  AttemptPlanInput,
  AttemptStep,
} from './sending/attempt-plan-state.ts';
export type { AttemptVerdict, Candidate, EndedAttempt, NoChannelCause } from './sending/attempt-verdict.ts';
export type { BlockScope } from './sending/block-scope.ts';
export { admit, forgetCredentials, keepBlocks, noteOutcome } from './sending/blocks.ts';
export type { Block, Blocks } from './sending/blocks.ts';
export { classifyAliyun, statusRules } from './sending/classify-aliyun.ts';
export type { ProviderAnswer } from './sending/classify-aliyun.ts';
export { classifyGateway } from './sending/classify-gateway.ts';
export { classifyTransport, transportWords } from './sending/classify-transport.ts';
export type { TransportFailure, TransportFailureKind } from './sending/classify-transport.ts';
export { watchClock } from './sending/clock-watch.ts';
export type { ClockWatch } from './sending/clock-watch.ts';
export {
  deliveriesPerSecond,
  DeliveryQueue,
  deliveryShare,
  isOver,
  lastStartMs,
} from './sending/delivery-queue.ts';
export type { Delivery, DeliveryRetry, DeliveryTask } from './sending/delivery-queue.ts';
export { minimumAttemptMs } from './sending/next-attempt.ts';
export { outcomeClasses, outcomeOf, outcomeRules } from './sending/outcome.ts';
export type { Outcome, OutcomeClass, OutcomeFacts, OutcomeScope } from './sending/outcome.ts';
export { RetryBudget } from './sending/retry-budget.ts';
export type {
  CallOptions,
  ConfigStore,
  LeaseOptions,
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
export { defaultAllowEndpoints, isEndpointAllowed, parseAllowEndpoint } from './strategy/allow-endpoint.ts';
export type { AllowEndpoint, AllowEndpointParse } from './strategy/allow-endpoint.ts';
export { parseJsonInSteps } from './json-in-steps.ts';
export { eachInSteps, finish } from './steps.ts';
export type { Steps } from './steps.ts';
export { canonicalJson, canonicalPieces } from './strategy/canonical-json.ts';
export { equalJson } from './strategy/equal-json.ts';
export { channelAccount, channelEndpoint, channelHost, regionHost } from './strategy/channel-endpoint.ts';
export { diffStrategies } from './strategy/diff-strategies.ts';
export type { NameChanges, StrategyChange, StrategyDiff } from './strategy/diff-strategies.ts';
export type { DocumentPath } from './strategy/document-path.ts';
export { setPolicy, setPrimary, setWeights } from './strategy/edit-strategy.ts';
export type { StrategyEditResult } from './strategy/edit-strategy.ts';
export { parseEndpoint } from './strategy/endpoint.ts';
export type { Endpoint } from './strategy/endpoint.ts';
export { nearestName } from './strategy/nearest-name.ts';
export { parseStrategy, parseStrategyInSteps, strategyError } from './strategy/parse-strategy.ts';
export type { StrategyParse, StrategyRefusal } from './strategy/parse-strategy.ts';
export { centralHost, regionHosts } from './strategy/region-hosts.ts';
export { requestPlaceholders } from './strategy/relation-placeholders.ts';
export { showValue } from './strategy/show-value.ts';
export { strategyWarningWords } from './strategy/strategy-issue.ts';
export type { StrategyIssue, StrategyWarning, StrategyWarningCode } from './strategy/strategy-issue.ts';
export { strategyJsonSchema } from './strategy/strategy-json-schema.ts';
