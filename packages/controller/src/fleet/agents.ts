import { agentReportSchema } from '@waystation/core';
import type { AgentReport, CallOptions, ConfigStore, FleetKeys, Revision } from '@waystation/core';

/** What stands under one agent's key; a report that this version cannot read is named, not hidden. */
export interface StoredReport {
  readonly agentId: string;
  readonly report?: AgentReport;
}

/** The reports of all agents that live, in order of their ids, and the revision they were read at. */
export async function listAgents(
  store: ConfigStore,
  keys: FleetKeys,
  options?: CallOptions,
): Promise<{ revision: Revision; agents: readonly StoredReport[] }> {
  const { revision, entries } = await store.list(keys.agents, options);
  return { revision, agents: entries.map(({ key, value }) => parseAgent(keys, key, value)) };
}

/** Reads one agent's report. */
export function parseAgent(keys: FleetKeys, key: string, value: string): StoredReport {
  const agentId = key.slice(keys.agents.length);
  try {
    const parsed = agentReportSchema.safeParse(JSON.parse(value));
    return parsed.success ? { agentId, report: parsed.data } : { agentId };
  } catch {
    return { agentId };
  }
}

/** How an agent stands to the strategy in the store, in a word. */
export type AgentState = 'current' | 'behind' | 'refused' | 'empty' | 'unreadable';

/** Compares what an agent routes by with the strategy's revision and digest. */
export function agentState(
  { report }: StoredReport,
  current: { readonly revision: Revision; readonly digest?: string } | undefined,
): AgentState {
  if (report === undefined) return 'unreadable';
  if (report.refused !== undefined && current !== undefined && report.refused.revision === current.revision) {
    return 'refused';
  }
  if (report.routing === undefined) return 'empty';
  return current !== undefined &&
    report.routing.revision === current.revision &&
    (current.digest === undefined || report.routing.digest === current.digest)
    ? 'current'
    : 'behind';
}
