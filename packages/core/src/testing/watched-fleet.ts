import { strategySchema } from '../model/strategy.ts';
import type { StrategyInput } from '../model/strategy.ts';
import type { HealthRules } from '../health/channel-health.ts';
import { FleetHealth } from '../health/fleet-health.ts';
import type { HealthChange } from '../health/fleet-health.ts';
import type { Evidence } from '../health/health-evidence.ts';

const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;

/** The rules of a strategy with the given parts. */
export function rulesOf(changes: Pick<StrategyInput, 'health' | 'failback'> = {}): HealthRules {
  const { health, failback } = strategySchema.parse({
    schemaVersion: 1,
    channels: { a: aliyun },
    routes: [{ name: 'r', policy: { kind: 'primary-backup', order: ['a'] } }],
    ...changes,
  });
  return { health, failback };
}

/** What an attempt may tell of its channel. */
export const timeout: Evidence = {
  kind: 'fault',
  fault: { timedOut: true, connection: false, reason: 'no answer' },
};
export const reset: Evidence = {
  kind: 'fault',
  fault: { timedOut: false, connection: false, reason: 'reset' },
};
export const refused: Evidence = {
  kind: 'fault',
  fault: { timedOut: false, connection: true, reason: 'refused' },
};
export const accepted: Evidence = { kind: 'answer', accepted: true, ms: 50 };
export const answered: Evidence = { kind: 'answer', accepted: false, ms: 50 };

/** Channels on hosts, and a clock that only moves when told. */
export class WatchedFleet {
  now = 0;
  readonly health: FleetHealth;
  readonly changes: HealthChange[] = [];
  readonly #hosts: Readonly<Record<string, string>>;

  constructor(hosts: Readonly<Record<string, string>>, rules = rulesOf()) {
    this.#hosts = hosts;
    this.health = new FleetHealth(rules);
    this.renew(rules);
  }

  renew(rules: HealthRules, drained: readonly string[] = []): void {
    const channels = Object.entries(this.#hosts).map(([name, host]) => {
      return { name, host, drained: drained.includes(name) };
    });
    this.health.renew(channels, rules, this.now);
  }

  /** One attempt that ends `ms` from now. */
  attempt(channel: string, evidence: Evidence, ms = 1000): void {
    this.health.begun(channel);
    const startedAt = this.now;
    this.now += ms;
    const host = this.#hosts[channel] ?? '';
    this.changes.push(...this.health.ended(channel, host, evidence, startedAt, this.now));
  }

  attempts(channel: string, evidence: Evidence, count: number, ms = 1000): void {
    for (let n = 0; n < count; n += 1) this.attempt(channel, evidence, ms);
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      this.changes.push(...this.health.tick(this.now));
    }
  }

  probe(host: string, passed: boolean, ms = 5): void {
    const result = passed ? { passed, ms } : { passed, reason: 'refused' };
    this.changes.push(...this.health.probed(host, result, this.now));
  }

  state(channel: string): string | undefined {
    return this.health.conditionOf(channel, this.now)?.health.state;
  }

  standing(channel: string) {
    return this.health.view(this.now).standings.get(channel) ?? { tier: 'well', share: 1 };
  }
}

/** Two channels, each on a host of its own. */
export const two = { a: 'a:443', b: 'b:443' };
