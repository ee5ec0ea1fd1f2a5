import type { Instant } from '../clock.ts';
import { newChannelHealth, shareOf, stepChannelHealth } from './channel-health.ts';
import type { ChannelHealth, HealthEvent, HealthRules } from './channel-health.ts';
import { decayLatency } from './decayed-latency.ts';
import type { DecayedLatency } from './decayed-latency.ts';
import type { Evidence } from './health-evidence.ts';
import { SampleWindow, scoreOf } from './health-score.ts';
import type { HealthView, Standing } from './health-view.ts';

/** Strikes on every host within this time are no host's fault. */
const suspectMs = 2000;

/** A channel to be watched. */
export interface WatchedChannel {
  readonly name: string;
  /** `host:port`; channels of one host share its connection faults and probes. */
  readonly host: string;
  readonly drained: boolean;
}

/** A channel that came into another state. */
export interface HealthChange {
  readonly channel: string;
  readonly host: string;
  readonly from: ChannelHealth['state'];
  readonly health: ChannelHealth;
}

/** What a probe of a host found. */
export type ProbeResult =
  { readonly passed: true; readonly ms: number } | { readonly passed: false; readonly reason: string };

/** A channel's health, for people. */
export interface ChannelCondition {
  readonly health: ChannelHealth;
  /** 0–100; absent where there are too few samples and no probe. */
  readonly score?: number;
}

interface Watched extends WatchedChannel {
  health: ChannelHealth;
  readonly samples: SampleWindow;
  accepted?: DecayedLatency;
  probed?: DecayedLatency;
  inFlight: number;
}

/** The health of all channels of an agent. Deterministic: time comes in with every call, and changes come out. */
export class FleetHealth {
  #rules: HealthRules;
  #channels: ReadonlyMap<string, Watched> = new Map();
  #byHost: ReadonlyMap<string, readonly Watched[]> = new Map();
  /** Host → its last strike. */
  readonly #struck = new Map<string, Instant>();
  #view: HealthView | undefined;

  constructor(rules: HealthRules) {
    this.#rules = rules;
  }

  /** Watches these from now on. One that was watched under its name at its host keeps what is known of it. */
  renew(channels: readonly WatchedChannel[], rules: HealthRules, at: Instant): void {
    this.#rules = rules;
    const former = this.#channels;
    this.#channels = new Map(
      channels.map((channel) => {
        const known = former.get(channel.name);
        return [channel.name, known?.host === channel.host ? { ...known, ...channel } : begin(channel, at)];
      }),
    );
    const byHost = new Map<string, Watched[]>();
    for (const channel of this.#channels.values()) {
      byHost.set(channel.host, [...(byHost.get(channel.host) ?? []), channel]);
    }
    this.#byHost = byHost;
    for (const host of this.#struck.keys()) if (!this.#byHost.has(host)) this.#struck.delete(host);
    this.#view = undefined;
  }

  /** Health as it is now. */
  view(at: Instant): HealthView {
    return (this.#view ??= this.#look(at));
  }

  /** A message is on its way by this channel. */
  begun(channel: string): void {
    const watched = this.#channels.get(channel);
    if (watched === undefined) return;
    watched.inFlight += 1;
    if (watched.health.state === 'probing') this.#view = undefined;
  }

  /** A message is no longer on its way by this channel of this host. */
  ended(channel: string, host: string, evidence: Evidence, startedAt: Instant, at: Instant): HealthChange[] {
    const watched = this.#channels.get(channel);
    if (watched === undefined) return [];
    watched.inFlight = Math.max(0, watched.inFlight - 1);
    if (watched.health.state === 'probing') this.#view = undefined;
    if (watched.host !== host) return [];
    switch (evidence.kind) {
      case 'nothing':
        return [];
      case 'answer': {
        const { accepted, ms } = evidence;
        watched.samples.add(at, accepted ? { fault: false, acceptedMs: ms } : { fault: false });
        if (accepted) watched.accepted = decayLatency(watched.accepted, ms, at);
        const siblings = this.#sharing(host).filter((other) => other !== watched);
        return [
          ...this.#step([watched], { type: 'answered', accepted, startedAt }, at),
          ...this.#step(siblings, { type: 'host-answered' }, at),
        ];
      }
      case 'fault': {
        const { fault } = evidence;
        this.#struck.set(host, at);
        const blamed = fault.connection ? this.#sharing(host) : [watched];
        for (const { samples } of blamed) samples.add(at, { fault: true });
        return this.#step(
          blamed,
          { type: 'fault', fault, startedAt, mayEject: !this.suspectsOurselves(at) },
          at,
        );
      }
    }
  }

  /** A host was probed. */
  probed(host: string, result: ProbeResult, at: Instant): HealthChange[] {
    const channels = this.#sharing(host);
    if (result.passed) {
      for (const channel of channels) channel.probed = decayLatency(channel.probed, result.ms, at);
      return this.#step(channels, { type: 'probe-passed' }, at);
    }
    this.#struck.set(host, at);
    const mayEject = !this.suspectsOurselves(at);
    return this.#step(channels, { type: 'probe-failed', reason: result.reason, mayEject }, at);
  }

  /** Lets time pass: scores, ends of ejections, growing shares. Call it a few times a second. */
  tick(at: Instant): HealthChange[] {
    const changes = [...this.#channels.values()].flatMap((watched) => {
      const score = this.#scoreOf(watched, at);
      return this.#step([watched], { type: 'tick', ...(score !== undefined && { score }) }, at);
    });
    // Shares grow by time alone.
    this.#view = undefined;
    return changes;
  }

  /** Whether every one of several hosts was struck within the last 2 s: then nobody is ejected. */
  suspectsOurselves(at: Instant): boolean {
    const inUse = (channels: readonly Watched[]) => channels.some(({ drained }) => !drained);
    const hosts = [...this.#byHost].filter(([, channels]) => inUse(channels)).map(([host]) => host);
    return (
      hosts.length > 1 &&
      hosts.every((host) => {
        const struck = this.#struck.get(host);
        return struck !== undefined && at - struck <= suspectMs;
      })
    );
  }

  /** What is known of a channel; absent where it is not watched. */
  conditionOf(channel: string, at: Instant): ChannelCondition | undefined {
    const watched = this.#channels.get(channel);
    if (watched === undefined) return undefined;
    const score = this.#scoreOf(watched, at) ?? probeScore(watched.health, this.#rules);
    return { health: watched.health, ...(score !== undefined && { score: Math.round(score) }) };
  }

  #scoreOf({ samples }: Watched, at: Instant): number | undefined {
    const measured = samples.measure(at);
    return measured && scoreOf(measured, this.#rules.health);
  }

  #sharing(host: string): readonly Watched[] {
    return this.#byHost.get(host) ?? [];
  }

  #step(channels: readonly Watched[], event: HealthEvent, at: Instant): HealthChange[] {
    const changes: HealthChange[] = [];
    for (const watched of channels) {
      const from = watched.health.state;
      watched.health = stepChannelHealth(watched.health, event, this.#rules, at);
      if (watched.health.state === from) continue;
      this.#view = undefined;
      // What led to its ejection must not degrade it on its return.
      if (watched.health.state === 'probing') watched.samples.clear();
      changes.push({ channel: watched.name, host: watched.host, from, health: watched.health });
    }
    return changes;
  }

  #look(at: Instant): HealthView {
    const channels = this.#channels;
    const standings = new Map<string, Standing>();
    for (const { name, health, inFlight } of channels.values()) {
      const standing = { tier: tierOf(health, inFlight), share: shareOf(health, this.#rules, at) };
      if (standing.tier !== 'well' || standing.share < 1) standings.set(name, standing);
    }
    return {
      standings,
      latencyOf: (name) => {
        const channel = channels.get(name);
        return (channel?.accepted ?? channel?.probed)?.ms;
      },
    };
  }
}

function begin(channel: WatchedChannel, at: Instant): Watched {
  return { ...channel, health: newChannelHealth(at), samples: new SampleWindow(), inFlight: 0 };
}

function tierOf({ state }: ChannelHealth, inFlight: number): Standing['tier'] {
  switch (state) {
    case 'healthy':
    case 'slow-start':
      return 'well';
    case 'degraded':
      return 'degraded';
    case 'ejected':
      return 'unwell';
    case 'probing':
      return inFlight === 0 ? 'well' : 'unwell';
  }
}

/** Where too few messages were sent, probes are all there is to judge by. */
function probeScore(
  { probeFailures, probePassed }: ChannelHealth,
  { health }: HealthRules,
): number | undefined {
  if (probeFailures >= health.probe.retries) return 0;
  return probePassed || probeFailures > 0 ? 100 : undefined;
}
