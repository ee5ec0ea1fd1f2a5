import { hostname } from 'node:os';
import type { AgentConfig } from './agent-config.ts';
import type { AgentDependencies } from './agent-dependencies.ts';
import { LocalKeysFile } from './http/compat/local-keys-file.ts';
import { Journal } from './journal/journal.ts';
import type { AgentFacts } from './status/agent-facts.ts';

/** The journal in the data directory. */
export function journalOf({ clock, log }: AgentDependencies, { dataDir, journal }: AgentConfig): Journal {
  return new Journal({ clock, log: log.child({ component: 'journal' }) }, { dataDir, ...journal });
}

/** The file of keys that local callers sign by; absent where there is none. */
export function localKeysFileOf(
  { log }: AgentDependencies,
  { protection }: AgentConfig,
): LocalKeysFile | undefined {
  const { localKeys } = protection;
  if (localKeys?.kind !== 'keys' || localKeys.file === undefined) return undefined;
  const { file, secrets } = localKeys;
  return new LocalKeysFile(log.child({ component: 'local-keys' }), { path: file, secrets });
}

/** What does not change while the agent runs. */
export function factsOf(
  { clock, version }: AgentDependencies,
  { agentId, fleet, labels }: AgentConfig,
): AgentFacts {
  return { agentId, version, hostname: hostname(), ...fleet, labels, startedAt: clock.wallTime() };
}
