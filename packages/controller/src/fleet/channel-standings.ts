import { channelStates } from '@waystation/core';
import type { AgentReport, ChannelStateName } from '@waystation/core';

type ReportedChannel = AgentReport['channels'][string];

/** A channel of one agent that is not simply well. */
export interface UnwellChannel {
  readonly channel: string;
  readonly state: string;
  readonly why: string;
  /** When a block or an ejection ends, at the earliest; ISO 8601. */
  readonly until?: string;
}

/** The state that an agent reports of a channel; one of an older version told its health alone. */
export function stateOf({ state, health, drained }: ReportedChannel): string {
  return state ?? (drained ? 'drained' : (health ?? 'healthy'));
}

/** Channels of a report that are not healthy, each with why. */
export function unwellChannels(report: AgentReport | undefined): readonly UnwellChannel[] {
  return Object.entries(report?.channels ?? {}).flatMap(([channel, reported]) => {
    const state = stateOf(reported);
    if (state === 'healthy') return [];
    const { code, why = '', until } = reported;
    return [
      {
        channel,
        state,
        why: code === undefined || why.includes(code) ? why : `${why} (${code})`,
        ...(until !== undefined && { until }),
      },
    ];
  });
}

/** How a channel stands over all agents: each state with how many report it, the strongest first. */
export function countChannelStates(reported: readonly ReportedChannel[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const channel of reported) counts.set(stateOf(channel), (counts.get(stateOf(channel)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([one], [other]) => strength(one) - strength(other)));
}

function strength(state: string): number {
  const known = channelStates.indexOf(state as ChannelStateName);
  return known < 0 ? channelStates.length : known;
}
