/** Which fleet: the agents that share one strategy, in one environment. */
export interface FleetId {
  readonly env: string;
  readonly fleet: string;
}

/** What an environment, a fleet, a channel, a route or an agent may be called. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Where all keys stand unless told otherwise. */
export const defaultPrefix = '/waystation';

/** The keys of one fleet (design: "Keys in etcd"). */
export interface FleetKeys {
  /** All that an agent watches. */
  readonly routing: string;
  readonly strategy: string;
  readonly rollout: string;
  readonly overrides: string;
  readonly verdicts: string;
  readonly agents: string;
  readonly history: string;
  readonly events: string;
  /** Everything of this fleet. */
  readonly root: string;
  override(channel: string): string;
  agent(agentId: string): string;
  /** `seq` is padded so that keys sort as numbers do. */
  historyEntry(seq: number): string;
  event(id: string): string;
}

/** Builds the keys of one fleet. */
export function fleetKeys({ env, fleet }: FleetId, prefix: string = defaultPrefix): FleetKeys {
  const root = `${prefix}/${env}/${fleet}/`;
  return {
    root,
    routing: `${root}routing/`,
    strategy: `${root}routing/strategy`,
    rollout: `${root}routing/rollout`,
    overrides: `${root}routing/overrides/`,
    verdicts: `${root}routing/verdicts/`,
    agents: `${root}agents/`,
    history: `${root}history/`,
    events: `${root}events/`,
    override: (channel) => `${root}routing/overrides/${channel}`,
    agent: (agentId) => `${root}agents/${agentId}`,
    historyEntry: (seq) => `${root}history/${String(seq).padStart(10, '0')}`,
    event: (id) => `${root}events/${id}`,
  };
}
