import type { ChannelHealth } from './channel-health.ts';

/** Everything that a channel may be said to be, the strongest first: what keeps messages from it, then its health. */
export const channelStates = [
  'drained',
  'blocked',
  'ejected',
  'limited',
  'probing',
  'degraded',
  'slow-start',
  'healthy',
] as const;

export type ChannelStateName = (typeof channelStates)[number];

/** A block that keeps every message from the channel. */
export interface ChannelBlock {
  readonly scope: { readonly kind: string; readonly name: string };
  readonly code?: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly until: string;
}

/** What is known of a channel. */
export interface ChannelStateFacts {
  readonly drained: boolean;
  readonly blocks: readonly ChannelBlock[];
  /** Why it was passed over for its limit lately; absent: it was not. */
  readonly limited?: string | undefined;
  /** Absent before the first strategy. */
  readonly health?:
    { readonly state: ChannelHealth['state']; readonly why: string; readonly until?: string } | undefined;
}

/** How a channel stands, for people. */
export interface ChannelStanding {
  readonly state: ChannelStateName;
  /** In words. */
  readonly why: string;
  /** The provider's code, of a block. */
  readonly code?: string;
  /** When a block or an ejection ends, at the earliest; ISO 8601. */
  readonly until?: string;
}

/** The one state that says most of a channel, and why it is in it. */
export function tellChannelState({ drained, blocks, limited, health }: ChannelStateFacts): ChannelStanding {
  if (drained) return { state: 'drained', why: 'an operator has taken it out of use' };
  const [block] = [...blocks].sort((one, other) => (one.until < other.until ? 1 : -1));
  if (block !== undefined) {
    const { scope, code, reason, until } = block;
    const whose = scope.kind === 'channel' ? '' : `its ${scope.kind} ${scope.name}: `;
    return { state: 'blocked', why: `${whose}${reason}`, ...(code !== undefined && { code }), until };
  }
  if (health?.state === 'ejected') {
    const { state, why, until } = health;
    return { state, why, ...(until !== undefined && { until }) };
  }
  if (limited !== undefined) return { state: 'limited', why: limited };
  return { state: health?.state ?? 'healthy', why: health?.why ?? 'nothing is known against it' };
}
