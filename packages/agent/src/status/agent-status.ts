import { finish } from '@waystation/core';
import type { AgentReport, Clock, Steps } from '@waystation/core';
import type { Deliveries } from '../deliver/deliveries.ts';
import type { Journal } from '../journal/journal.ts';
import type { SourceState } from '../sync/offered-strategy.ts';
import type { StrategyIntake } from '../sync/strategy-intake.ts';
import type { AgentFacts, AgentPhase } from './agent-facts.ts';
import type { ChannelState, SendSide } from './send-side.ts';

/** Where the parts of the picture come from. */
export interface AgentStatusSources {
  readonly facts: AgentFacts;
  readonly clock: Clock;
  readonly phase: () => AgentPhase;
  readonly intake: Pick<StrategyIntake, 'applied' | 'firstSource' | 'refused' | 'counts'>;
  readonly sendSide: Pick<
    SendSide,
    'blocks' | 'channels' | 'channelsInSteps' | 'counts' | 'limits' | 'probingFirst'
  >;
  readonly feed: () => SourceState;
  readonly journal: Pick<Journal, 'state'>;
  readonly deliveries: Pick<Deliveries, 'state'>;
  /** What else an operator should know, in sentences: a damaged cache, a full disk. */
  readonly troubles: () => readonly string[];
}

/** The agent's picture of itself: for `/status`, `/readyz` and the report in the store. */
export class AgentStatus {
  readonly #sources: AgentStatusSources;

  constructor(sources: AgentStatusSources) {
    this.#sources = sources;
  }

  /** Why the agent is not ready, in sentences; empty: it is. A stale strategy is no reason. */
  notReady(): readonly string[] {
    const { phase, intake, sendSide } = this.#sources;
    const reasons: string[] = [];
    if (phase() === 'stopping') reasons.push('the agent is stopping');
    if (intake.applied === undefined) reasons.push(this.noStrategy() ?? '');
    // A start from the cache is ready at once; without one, the first messages had better know whom to avoid.
    else if (intake.firstSource !== 'cache' && sendSide.probingFirst)
      reasons.push('the channels are being probed for the first time');
    return reasons;
  }

  /** Why there is no strategy to send by; absent when there is one. */
  noStrategy(): string | undefined {
    const { intake, feed } = this.#sources;
    if (intake.applied !== undefined) return undefined;
    const refused = intake.refused;
    if (refused !== undefined)
      return `no strategy yet: revision ${String(refused.revision)} was refused: ${refused.reason}`;
    const { trouble } = feed();
    return `no strategy yet: ${trouble ?? 'its source has not answered or holds none'}`;
  }

  /** What `/status` shows. */
  document(): Readonly<Record<string, unknown>> {
    const { facts, clock, phase, intake, sendSide, feed, journal, deliveries, troubles } = this.#sources;
    const { applied, refused } = intake;
    const { staleSince, trouble } = feed();
    // While there is doubt, the reason stands beside it; without, it is a warning of its own.
    const odd = trouble === undefined || staleSince !== undefined ? [] : [trouble];
    return {
      agent: { ...facts, startedAt: iso(facts.startedAt) },
      phase: phase(),
      ready: this.notReady().length === 0,
      notReady: this.notReady(),
      strategy: applied && {
        revision: applied.snapshot.revision,
        digest: applied.snapshot.digest,
        source: applied.source,
        appliedAt: iso(applied.appliedAt),
      },
      stale:
        staleSince === undefined
          ? undefined
          : {
              since: iso(staleSince),
              forMs: Math.max(0, Math.round(clock.wallTime() - staleSince)),
              reason: trouble,
            },
      refused: refused && { ...refused, at: iso(refused.at) },
      strategies: intake.counts,
      channels: sendSide.channels,
      blocks: sendSide.blocks,
      limits: sendSide.limits,
      counts: sendSide.counts,
      journal: journal.state,
      deliveries: deliveries.state,
      warnings: [...(applied?.warnings ?? []), ...troubles(), ...odd],
    };
  }

  /** What the agent tells the store. */
  report(): AgentReport {
    return finish(this.reportInSteps());
  }

  /** The same, in small steps. */
  *reportInSteps(): Steps<AgentReport> {
    const { facts, intake, sendSide } = this.#sources;
    const { applied, refused } = intake;
    const { agentId, version, hostname, startedAt, labels } = facts;
    const channels = yield* sendSide.channelsInSteps();
    return {
      schemaVersion: 1,
      agentId,
      version,
      hostname,
      startedAt: iso(startedAt),
      labels: { ...labels },
      ...(applied !== undefined && {
        routing: {
          revision: applied.snapshot.revision,
          digest: applied.snapshot.digest,
          source: applied.source,
          appliedAt: iso(applied.appliedAt),
        },
      }),
      ...(refused !== undefined && {
        refused: { revision: refused.revision, reason: refused.reason.slice(0, 2000), at: iso(refused.at) },
      }),
      channels: Object.fromEntries(channels.map((channel) => [channel.name, channelReport(channel)])),
      counts: { ...sendSide.counts },
    };
  }
}

/** What the store is told of a channel: of a healthy one hardly anything. */
function channelReport(channel: ChannelState): AgentReport['channels'][string] {
  const { host, drained, health, state, why, code, until } = channel;
  return {
    host,
    drained,
    ...(health && { health: health.state }),
    state,
    ...(state !== 'healthy' && { why: why.slice(0, 200) }),
    ...(code !== undefined && { code }),
    ...(until !== undefined && { until }),
  };
}

function iso(wallTime: number): string {
  return new Date(wallTime).toISOString();
}
