import { hostname } from 'node:os';
import type { AgentConfig } from './agent-config.ts';
import type { AgentDependencies } from './agent-dependencies.ts';
import { handleAdmin } from './http/admin-handler.ts';
import { Admission } from './http/admission.ts';
import type { CallerRules } from './http/caller-check.ts';
import { LocalKeysFile } from './http/compat/local-keys-file.ts';
import { HttpListener } from './http/http-listener.ts';
import { Journal } from './journal/journal.ts';
import type { AgentFacts } from './status/agent-facts.ts';
import type { AgentStatus } from './status/agent-status.ts';

/** Bodies under way at most, in bytes: room for usual messages far beyond their number. */
const maxBodiesBytes = 64 * 1024 * 1024;

/** How many requests may be under way. */
export function admissionOf({ clock, log }: AgentDependencies, { maxUnderWay }: AgentConfig): Admission {
  return new Admission(
    { clock, log: log.child({ component: 'api' }), atTurnEnd: setImmediate },
    { maxUnderWay, maxBytes: maxBodiesBytes },
  );
}

/** The port for operators. */
export function adminListenerOf(
  { log }: AgentDependencies,
  { adminListen }: AgentConfig,
  status: AgentStatus,
): HttpListener {
  return new HttpListener(
    {
      handle: (request) => Promise.resolve(handleAdmin(status, request)),
      log: log.child({ component: 'admin' }),
    },
    { address: adminListen },
  );
}

/** Who may call the API. */
export function callerRulesOf({ protection: { allowedHosts, token } }: AgentConfig): CallerRules {
  return {
    allowedHosts: new Set(allowedHosts.map((host) => host.toLowerCase())),
    ...(token !== undefined && { token }),
  };
}

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

/** Names what a cached strategy was taken from, so that another fleet's is never served. */
export function originOf({ source, fleet }: AgentConfig): string {
  return source.kind === 'file' ? `file ${source.path}` : `${source.prefix}/${fleet.env}/${fleet.fleet}`;
}

/** What does not change while the agent runs. */
export function factsOf(
  { clock, version }: AgentDependencies,
  { agentId, fleet, labels }: AgentConfig,
): AgentFacts {
  return { agentId, version, hostname: hostname(), ...fleet, labels, startedAt: clock.wallTime() };
}
