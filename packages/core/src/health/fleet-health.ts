import type { Instant } from '../clock.ts';
import { stepChannelHealth } from './channel-health.ts';
import type { ChannelHealth, HealthEvent, HealthRules } from './channel-health.ts';
import { decayLatency } from './decayed-latency.ts';
import { growsWithTime, viewOf } from './fleet-view.ts';
import type { Evidence } from './health-evidence.ts';
import { scoreOf } from './health-score.ts';
import type { HealthView } from './health-view.ts';
import { finish } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { noStrikes } from './strikes.ts';
import { beginWatching } from './watched-channel.ts';
import type { HostShare, Watched, WatchedChannel } from './watched-channel.ts';

/** Strikes on every host within this time are no host's fault. */
const suspectMs = 2000;

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

const noChange: readonly HealthChange[] = [];

/** The health of all channels of an agent. Deterministic: time comes in with every call, and changes come out. */
export class FleetHealth {
  #rules: HealthRules;
  #channels: ReadonlyMap<string, Watched> = new Map();
  #byHost: ReadonlyMap<string, HostShare> = new Map();
  /** Host → its last strike. */
  readonly #struck = new Map<string, Instant>();
  #view: HealthView | undefined;

  constructor(rules: HealthRules) {
    this.#rules = rules;
  }

  /** Watches these from now on. One that was watched under its name at its host keeps what is known of it. */
  renew(channels: readonly WatchedChannel[], rules: HealthRules, at: Instant): void {
    finish(this.renewInSteps(channels, rules, at))();
  }

  /** As `renew`, prepared in steps, a channel each; nothing has changed before what they come to is called. */
  *renewInSteps(channels: readonly WatchedChannel[], rules: HealthRules, at: Instant): Steps<() => void> {
    const next = new Map<string, Watched>();
    const byHost = new Map<string, HostShare>();
    for (const channel of channels) {
      const sharing = byHost.get(channel.host) ?? { channels: [], struck: new Set() };
      byHost.set(channel.host, sharing);
      const known = this.#channels.get(channel.name);
      const watched = known?.host === channel.host ? known : beginWatching(channel, sharing, at);
      sharing.channels.push(watched);
      next.set(channel.name, watched);
      yield;
    }
    return () => {
      for (const { name, drained } of channels) {
        const watched = next.get(name);
        if (watched !== undefined && watched.drained !== drained) watched.drained = drained;
      }
      this.#rules = rules;
      this.#channels = next;
      this.#share(byHost);
      this.#view = undefined;
    };
  }

  #share(byHost: ReadonlyMap<string, HostShare>): void {
    this.#byHost = byHost;
    for (const sharing of byHost.values()) {
      for (const watched of sharing.channels) {
        if (watched.sharing !== sharing) watched.sharing = sharing;
        if (watched.health.strikes !== noStrikes) sharing.struck.add(watched);
      }
    }
    for (const host of this.#struck.keys()) if (!byHost.has(host)) this.#struck.delete(host);
  }

  /** Health as it is now. */
  view(at: Instant): HealthView {
    return (this.#view ??= viewOf(this.#channels, this.#rules, at));
  }

  /** A message is on its way by this channel. */
  begun(channel: string): void {
    const watched = this.#channels.get(channel);
    if (watched === undefined) return;
    watched.inFlight += 1;
    if (watched.health.state === 'probing') this.#view = undefined;
  }

  /** A message is no longer on its way by this channel of this host. */
  ended(
    channel: string,
    host: string,
    evidence: Evidence,
    startedAt: Instant,
    at: Instant,
  ): readonly HealthChange[] {
    const watched = this.#channels.get(channel);
    if (watched === undefined) return noChange;
    watched.inFlight = Math.max(0, watched.inFlight - 1);
    if (watched.health.state === 'probing') this.#view = undefined;
    if (watched.host !== host) return noChange;
    switch (evidence.kind) {
      case 'nothing':
        return noChange;
      case 'answer':
        return this.#answered(watched, evidence, startedAt, at);
      case 'fault': {
        const { fault } = evidence;
        this.#struck.set(host, at);
        const blamed = fault.connection ? watched.sharing.channels : [watched];
        for (const { samples } of blamed) samples.add(at, { fault: true });
        return this.#step(
          blamed,
          { type: 'fault', fault, startedAt, mayEject: !this.suspectsOurselves(at) },
          at,
        );
      }
    }
  }

  #answered(
    watched: Watched,
    { accepted, ms }: Extract<Evidence, { kind: 'answer' }>,
    startedAt: Instant,
    at: Instant,
  ): readonly HealthChange[] {
    watched.samples.add(at, accepted ? { fault: false, acceptedMs: ms } : { fault: false });
    if (accepted) watched.accepted = decayLatency(watched.accepted, ms, at);
    const own = this.#step([watched], { type: 'answered', accepted, startedAt }, at);
    const { struck } = watched.sharing;
    if (struck.size === 0) return own;
    const siblings = [...struck].filter((other) => other !== watched);
    return [...own, ...this.#step(siblings, { type: 'host-answered' }, at)];
  }

  /** A host was probed. */
  probed(host: string, result: ProbeResult, at: Instant): readonly HealthChange[] {
    const channels = this.#sharing(host);
    if (result.passed) {
      for (const channel of channels) channel.probed = decayLatency(channel.probed, result.ms, at);
      return this.#step(channels, { type: 'probe-passed' }, at);
    }
    this.#struck.set(host, at);
    const mayEject = !this.suspectsOurselves(at);
    const hostProven = channels.some(({ health }) => health.proven);
    const { reason } = result;
    return this.#step(channels, { type: 'probe-failed', reason, mayEject, hostProven }, at);
  }

  /** Lets time pass: scores, ends of ejections, growing shares. Call it a few times a second. */
  tick(at: Instant): readonly HealthChange[] {
    const changes: HealthChange[] = [];
    for (const watched of this.#channels.values()) {
      const score = this.#scoreOf(watched, at);
      changes.push(...this.#step([watched], { type: 'tick', ...(score !== undefined && { score }) }, at));
    }
    if (this.#view !== undefined && growsWithTime(this.#view)) this.#view = undefined;
    return changes;
  }

  /** Whether every one of several hosts was struck within the last 2 s: then nobody is ejected. */
  suspectsOurselves(at: Instant): boolean {
    const inUse = ({ channels }: HostShare) => channels.some(({ drained }) => !drained);
    const hosts = [...this.#byHost].filter(([, sharing]) => inUse(sharing)).map(([host]) => host);
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
    return this.#byHost.get(host)?.channels ?? [];
  }

  #step(channels: readonly Watched[], event: HealthEvent, at: Instant): readonly HealthChange[] {
    let changes: HealthChange[] | undefined;
    for (const watched of channels) {
      const { health: former, sharing } = watched;
      const health = stepChannelHealth(former, event, this.#rules, at);
      if (health === former) continue;
      watched.health = health;
      if (health.strikes === noStrikes) sharing.struck.delete(watched);
      else sharing.struck.add(watched);
      if (health.state === former.state) continue;
      this.#view = undefined;
      // What led to its ejection must not degrade it on its return.
      if (health.state === 'probing') watched.samples.clear();
      changes ??= [];
      changes.push({ channel: watched.name, host: watched.host, from: former.state, health });
    }
    return changes ?? noChange;
  }
}

/** Where too few messages were sent, probes are all there is to judge by. */
function probeScore(channel: ChannelHealth, { health }: HealthRules): number | undefined {
  const { probeFailures, probePassed } = channel;
  const failedFirst = channel.state === 'degraded' && channel.cause === 'first-probe';
  if (failedFirst || probeFailures >= health.probe.retries) return 0;
  return probePassed || probeFailures > 0 ? 100 : undefined;
}
