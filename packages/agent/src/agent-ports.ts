import type { Strategy } from '@waystation/core';
import type { AgentConfig } from './agent-config.ts';
import type { AgentDependencies } from './agent-dependencies.ts';
import { handleAdmin } from './http/admin-handler.ts';
import { Admission } from './http/admission.ts';
import { admitted } from './http/admitted.ts';
import { handleApi } from './http/api-handler.ts';
import type { CallerRules } from './http/caller-check.ts';
import { CompatHandler } from './http/compat/compat-handler.ts';
import type { LocalKeysFile } from './http/compat/local-keys-file.ts';
import { HttpListener } from './http/http-listener.ts';
import { RecentMessages } from './http/recent-messages.ts';
import { RefusalPace } from './http/refusal-pace.ts';
import type { JournalledSender } from './journal/journalled-sender.ts';
import type { AgentStatus } from './status/agent-status.ts';

/** Bodies under way at most, in bytes: room for usual messages far beyond their number. */
const maxBodiesBytes = 64 * 1024 * 1024;
const recentMessages = 10_000;

/** What the API's port serves from. */
export interface ApiParts {
  readonly sender: JournalledSender;
  readonly admission: Admission;
  readonly status: Pick<AgentStatus, 'noStrategy'>;
  readonly strategy: () => Strategy | undefined;
  /** Absent: the keys of local callers do not change. */
  readonly localKeys: LocalKeysFile | undefined;
}

/** How many requests may be under way. */
export function admissionOf({ clock, log }: AgentDependencies, { maxUnderWay }: AgentConfig): Admission {
  return new Admission(
    { clock, log: log.child({ component: 'api' }), atTurnEnd: setImmediate },
    { maxUnderWay, maxBytes: maxBodiesBytes },
  );
}

/** The port for those who send. */
export function apiListenerOf(
  { sendSide, clock, log: agentLog }: AgentDependencies,
  config: AgentConfig,
  { sender, admission, status, strategy, localKeys }: ApiParts,
): HttpListener {
  const { listen, protection, compatActions } = config;
  const log = agentLog.child({ component: 'api' });
  const recent = new RecentMessages(recentMessages);
  const find = (id: string) => sender.find(id);
  const findSent = async (bizId: string) => recent.findSent(bizId) ?? (await sender.findSent(bizId));
  const shared = { sender, recent, notReady: () => status.noStrategy(), clock, log };
  const timeouts = () => strategy()?.timeouts;
  const { caller } = sendSide;
  const compat = new CompatHandler(
    { ...shared, caller, findSent, totalMs: () => timeouts()?.compatTotalMs ?? 0 },
    { localKeys: () => localKeys?.keys ?? protection.localKeys, actions: compatActions },
  );
  const api = { ...shared, find, compat, totalMs: () => timeouts()?.totalMs ?? 0 };
  const rules = callerRulesOf(config);
  const handle = admitted((request, signal) => handleApi(api, rules, request, signal), {
    admission,
    pace: new RefusalPace(clock),
    compatRefusal: (request, problem) => compat.refused(request, problem),
  });
  return new HttpListener(
    { handle, log },
    { address: listen, ...(protection.tls && { tls: protection.tls }) },
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
function callerRulesOf({ protection: { allowedHosts, token } }: AgentConfig): CallerRules {
  return {
    allowedHosts: new Set(allowedHosts.map((host) => host.toLowerCase())),
    ...(token !== undefined && { token }),
  };
}
