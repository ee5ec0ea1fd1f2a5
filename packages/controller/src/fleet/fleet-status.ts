import { describeIssue } from '@waystation/config';
import { channelHost } from '@waystation/core';
import type { CallOptions, ConfigStore, FleetId, FleetKeys, Policy, Revision } from '@waystation/core';
import { checkText } from '../strategy/check-strategy.ts';
import type { CheckedStrategy } from '../strategy/check-strategy.ts';
import { agentState, listAgents } from './agents.ts';
import type { AgentState, StoredReport } from './agents.ts';
import { countChannelStates, stateOf } from './channel-standings.ts';
import { listEvents } from './events.ts';
import { latestSeq, readHistory } from './history.ts';
import { listOverrides } from './overrides.ts';
import type { StoredOverride } from './overrides.ts';

/** The fleet at a glance, as `status` prints it. */
export interface FleetStatus extends FleetId {
  readonly strategy?: {
    readonly revision: Revision;
    readonly digest?: string;
    readonly seq?: number;
    readonly by?: string;
    readonly at?: string;
    readonly reason?: string;
    /** Why it is not valid; absent for a valid one. */
    readonly mistakes?: readonly string[];
  };
  readonly routes: readonly {
    readonly name: string;
    readonly policy: Policy['kind'];
    readonly channels: readonly string[];
  }[];
  readonly channels: readonly {
    readonly name: string;
    readonly provider: string;
    readonly endpoint: string;
    /** Agents that have it drained, of those that know it. */
    readonly drainedOn: number;
    readonly agents: number;
    /** State → agents that report it, the strongest first. */
    readonly states: Readonly<Record<string, number>>;
    /** Why it is not well, by one of the agents where it stands worst. */
    readonly why?: string;
    readonly override?: string;
  }[];
  readonly agents: { readonly total: number } & Readonly<Record<AgentState, number>>;
}

/** Reads and sums up what stands in the store. */
export async function readFleetStatus(
  store: ConfigStore,
  keys: FleetKeys,
  { env, fleet }: FleetId,
  options: CallOptions,
): Promise<FleetStatus> {
  const [{ entry }, { agents }, overrides, { events }] = await Promise.all([
    store.get(keys.strategy, options),
    listAgents(store, keys, options),
    listOverrides(store, keys, options),
    listEvents(store, keys, options),
  ]);
  const checked = entry === undefined ? undefined : checkText(entry.value, 'strategy in etcd');
  const digest = checked?.valid === true ? { digest: checked.digest } : {};
  const hint = events.findLast(({ event }) => typeof event.data?.['seq'] === 'number')?.event.data?.['seq'];
  const seq = await latestSeq(store, keys, Number(hint ?? 0), options);
  const newest = seq === 0 ? undefined : await readHistory(store, keys, seq, options);
  // History that does not speak of this very strategy would name the wrong author.
  const author =
    newest !== undefined && JSON.stringify(newest.document) === entry?.value ? newest : undefined;
  const target = entry === undefined ? undefined : { revision: entry.modRevision, ...digest };
  return {
    env,
    fleet,
    ...(entry === undefined
      ? {}
      : {
          strategy: {
            revision: entry.modRevision,
            ...digest,
            ...(author === undefined ? {} : { seq: author.seq, by: author.by, at: author.at }),
            ...(author?.reason === undefined ? {} : { reason: author.reason }),
            ...(checked?.valid === false
              ? { mistakes: checked.mistakes.map((mistake) => describeIssue('strategy', mistake)) }
              : {}),
          },
        }),
    routes: routesOf(checked),
    channels: channelsOf(checked, agents, overrides),
    agents: countStates(agents, target),
  };
}

function routesOf(checked: CheckedStrategy | undefined): FleetStatus['routes'] {
  if (checked?.valid !== true) return [];
  return checked.strategy.routes.map(({ name, policy }) => ({
    name,
    policy: policy.kind,
    channels: describePolicy(policy),
  }));
}

function describePolicy(policy: Policy): readonly string[] {
  switch (policy.kind) {
    case 'primary-backup':
      return policy.order;
    case 'lowest-latency':
      return policy.channels;
    case 'weighted-random': {
      const total = Object.values(policy.weights).reduce((sum, weight) => sum + weight, 0);
      return Object.entries(policy.weights).map(
        ([channel, weight]) => `${channel} ${total === 0 ? 0 : Math.round((weight / total) * 1000) / 10}%`,
      );
    }
  }
}

function channelsOf(
  checked: CheckedStrategy | undefined,
  agents: readonly StoredReport[],
  overrides: ReadonlyMap<string, StoredOverride>,
): FleetStatus['channels'] {
  const defined = checked?.valid === true ? checked.strategy.channels : {};
  const names = new Set([...Object.keys(defined), ...overrides.keys()]);
  return [...names].map((name) => {
    const channel = defined[name];
    const states = agents.flatMap(({ report }) => report?.channels[name] ?? []);
    const override = overrides.get(name);
    const counts = countChannelStates(states);
    const worst = states.find((state) => stateOf(state) === Object.keys(counts)[0]);
    return {
      name,
      provider: channel?.provider ?? '-',
      endpoint: channel === undefined ? 'not in the strategy' : channelHost(channel),
      drainedOn: states.filter(({ drained }) => drained).length,
      agents: states.length,
      states: counts,
      ...(worst?.why === undefined ? {} : { why: worst.why }),
      ...(override === undefined ? {} : { override: describeOverride(override) }),
    };
  });
}

function describeOverride({ override }: StoredOverride): string {
  if (override === undefined) return 'unreadable';
  const { kind, by, at, until, reason } = override;
  const facts = [
    kind,
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(by === undefined ? [] : [`by ${by}`]),
    ...(at === undefined ? [] : [`since ${at}`]),
  ].join(' ');
  return reason === undefined ? facts : `${facts}: ${reason}`;
}

function countStates(
  agents: readonly StoredReport[],
  target: { readonly revision: Revision; readonly digest?: string } | undefined,
): FleetStatus['agents'] {
  const counts = { current: 0, behind: 0, refused: 0, empty: 0, unreadable: 0 };
  for (const agent of agents) counts[agentState(agent, target)] += 1;
  return { total: agents.length, ...counts };
}
