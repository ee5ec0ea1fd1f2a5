import { fleetKeys } from '@waystation/core';
import type { AgentReport, ConfigStore, Steps } from '@waystation/core';
import type { AgentConfig } from './agent-config.ts';
import type { AgentDependencies, AgentTuning } from './agent-dependencies.ts';
import { AgentReporter } from './report/agent-reporter.ts';
import { FileSync } from './sync/file-sync.ts';
import type { StrategyFeed, StrategyTaker } from './sync/offered-strategy.ts';
import { StoreSync } from './sync/store-sync.ts';

/** Where an agent has its strategy from, and whom it reports to: where the source is a file, to nobody. */
export interface AgentSource {
  readonly feed: StrategyFeed;
  readonly reporter?: AgentReporter;
}

/** What a source is tied to. */
export interface SourceParts {
  readonly taker: StrategyTaker;
  /** Opens the store on first use; called again if it rejects. */
  readonly openStore: () => Promise<ConfigStore>;
  readonly report: () => Steps<AgentReport>;
  /** Resolves once the strategy that a report tells of is on the disk. */
  readonly kept: () => Promise<void>;
  /** Called when freshness changed. */
  readonly onChange: () => void;
}

/** The configured source, not begun yet. */
export function sourceOf(
  { clock, random, log }: AgentDependencies,
  { source, fleet, agentId }: AgentConfig,
  { feedPace: pace, filePollMs: pollMs }: AgentTuning,
  { taker, openStore, report, kept, onChange }: SourceParts,
): AgentSource {
  const shared = { taker, clock, log: log.child({ component: 'strategy-sync' }), onChange };
  if (source.kind === 'file') {
    return { feed: new FileSync(shared, { path: source.path, ...(pollMs !== undefined && { pollMs }) }) };
  }
  const keys = fleetKeys(fleet, source.prefix);
  return {
    feed: new StoreSync({ ...shared, openStore, random }, { keys, ...(pace && { pace }) }),
    reporter: new AgentReporter(
      { openStore, report, kept, clock, random, log: log.child({ component: 'agent-report' }) },
      { key: keys.agent(agentId) },
    ),
  };
}

/** Names what a cached strategy was taken from, so that another fleet's is never served. */
export function originOf({ source, fleet }: AgentConfig): string {
  return source.kind === 'file' ? `file ${source.path}` : `${source.prefix}/${fleet.env}/${fleet.fleet}`;
}
