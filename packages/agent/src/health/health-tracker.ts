import { channelEndpoint, evidenceOf, finish, FleetHealth } from '@waystation/core';
import type {
  Candidate,
  Channel,
  ChannelCondition,
  Clock,
  EndedTry,
  Evidence,
  HealthChange,
  HealthView,
  ProbeResult,
  Random,
  RoutingSnapshot,
  Steps,
  Strategy,
} from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import type { ChannelSet } from '../pool/channel-pools.ts';
import type { ProbeKind, ProbeTarget } from './probe-host.ts';
import { Prober } from './prober.ts';

/** What health is tracked with. */
export interface HealthTrackerDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
  /** Asks a host once; absent: nobody is probed, as with `probe.kind: off`. */
  readonly probe?: (target: ProbeTarget, signal: AbortSignal) => Promise<ProbeResult>;
  /** Told after a channel came into another state. */
  readonly onChange?: () => void;
}

const tickMs = 250;
const noEvidence: Evidence = { kind: 'nothing' };

/** The health of the agent's channels: fed by attempts and probes, asked by picks, told in logs. */
export class HealthTracker {
  readonly #dependencies: HealthTrackerDependencies;
  readonly #prober: Prober | undefined;
  #fleet: FleetHealth | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #suspecting = false;

  constructor(dependencies: HealthTrackerDependencies) {
    this.#dependencies = dependencies;
    const { clock, random, probe } = dependencies;
    this.#prober =
      probe &&
      new Prober({
        clock,
        random,
        probe,
        onResult: (host, result) => {
          this.#tell(this.#fleet?.probed(host, result, clock.now()) ?? []);
        },
      });
  }

  /** Whether the first hosts are being probed for the first time. */
  get probingFirst(): boolean {
    return this.#prober?.firstRound ?? false;
  }

  /** Health as it is now; absent before the first strategy. */
  view(at = this.#dependencies.clock.now()): HealthView | undefined {
    return this.#fleet?.view(at);
  }

  /** Follows these channels and settings from now on; what is known of a channel at its host stays known. */
  renew(channels: ChannelSet, snapshot: RoutingSnapshot): void {
    finish(this.renewInSteps(channels, snapshot))();
  }

  /** As `renew`, prepared in small steps; nothing has changed before what they come to is called. */
  *renewInSteps(channels: ChannelSet, { strategy, overrides }: RoutingSnapshot): Steps<() => void> {
    const watched = [...channels.values()].map(({ name, host }) => {
      return { name, host, drained: overrides.get(name)?.kind === 'drain' };
    });
    yield;
    const rules = this.#rulesOf(strategy);
    const fleet = this.#fleet ?? new FleetHealth(rules);
    const renewFleet = yield* fleet.renewInSteps(watched, rules, this.#dependencies.clock.now());
    const targets = targetsOf(channels, strategy);
    yield;
    return () => {
      this.#fleet = fleet;
      renewFleet();
      this.#prober?.renew({ targets, intervalMs: strategy.health.probe.intervalMs });
      this.#ticking ??= setInterval(() => {
        this.tick();
      }, tickMs).unref();
    };
  }

  /** An attempt by this channel begins; `ended` is told of it in any case. */
  begun(channel: string): void {
    this.#fleet?.begun(channel);
  }

  /** An attempt is over: learns from how it ended; without `tried`, nothing. */
  ended({ channel, host }: Pick<Candidate, 'channel' | 'host'>, tried: EndedTry | undefined): void {
    if (this.#fleet === undefined) return;
    const evidence = tried === undefined ? noEvidence : evidenceOf(tried);
    const endedAt = tried?.endedAt ?? this.#dependencies.clock.now();
    this.#tell(this.#fleet.ended(channel, host, evidence, tried?.startedAt ?? endedAt, endedAt));
  }

  /** Lets time pass; done by itself a few times a second. */
  tick(): void {
    const { clock, log } = this.#dependencies;
    const now = clock.now();
    this.#tell(this.#fleet?.tick(now) ?? []);
    const suspecting = this.#fleet?.suspectsOurselves(now) ?? false;
    if (suspecting && !this.#suspecting) {
      log.warn('every host fails at once: this host’s own network is suspected, and no channel is ejected');
    }
    this.#suspecting = suspecting;
  }

  /** What is known of a channel; absent where it is not in the strategy. */
  conditionOf(channel: string): ChannelCondition | undefined {
    return this.#fleet?.conditionOf(channel, this.#dependencies.clock.now());
  }

  /** Ends every probe. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    await this.#prober?.stop();
  }

  /** Without probes nobody waits for one to pass. */
  #rulesOf({ health, failback }: Strategy): Pick<Strategy, 'health' | 'failback'> {
    if (this.#prober !== undefined) return { health, failback };
    return { health: { ...health, probe: { ...health.probe, kind: 'off' } }, failback };
  }

  #tell(changes: readonly HealthChange[]): void {
    if (changes.length === 0) return;
    const { clock, log, onChange } = this.#dependencies;
    for (const { channel, host, from, health } of changes) {
      const facts = { channel, host, from, why: health.why };
      if (health.state === 'ejected') {
        const { evidence } = health.strikes;
        const forMs = Math.round(health.until - clock.now());
        log.warn({ ...facts, evidence, forMs }, 'channel ejected');
      } else if (health.state === 'degraded') log.warn(facts, 'channel degraded');
      else log.info(facts, `channel ${health.state}`);
    }
    onChange?.();
  }
}

/** One probe for each host; a gateway other than Aliyun’s is only connected to, since nothing is known of its paths. */
function targetsOf(channels: ChannelSet, { health: { probe } }: Strategy): Map<string, ProbeTarget> {
  const targets = new Map<string, ProbeTarget>();
  if (probe.kind === 'off') return targets;
  for (const { host, channel } of channels.values()) {
    const how = howToProbe(probe.kind, channel);
    const known = targets.get(host);
    if (known !== undefined && (how.kind === 'tcp' || known.how.kind !== 'tcp')) continue;
    targets.set(host, { endpoint: channelEndpoint(channel), how, timeoutMs: probe.timeoutMs });
  }
  return targets;
}

function howToProbe(kind: 'tcp' | 'http' | 'api', channel: Channel): ProbeKind {
  if (channel.provider !== 'aliyun') return { kind: 'tcp' };
  return kind === 'api' ? { kind, channel } : { kind };
}
