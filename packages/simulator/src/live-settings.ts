import type { Records, SimulatorConfig } from './config/simulator-config.ts';

/** What can be changed of an endpoint while it runs. */
export interface LiveEndpoint {
  readonly latencyMs: number;
  /** 0 for gateways. */
  readonly clockSkewMs: number;
}

/** Settings that the control API changes while the simulator runs. */
export class LiveSettings {
  /** How QuerySendDetails shows what was sent. */
  records: Records;
  readonly #endpoints = new Map<string, LiveEndpoint>();

  constructor(config: SimulatorConfig) {
    this.records = config.records;
    for (const [name, { latencyMs, clockSkewMs }] of Object.entries(config.regions)) {
      this.#endpoints.set(name, { latencyMs, clockSkewMs });
    }
    for (const [name, { latencyMs }] of Object.entries(config.gateways)) {
      this.#endpoints.set(name, { latencyMs, clockSkewMs: 0 });
    }
  }

  /** The settings of a region or gateway. */
  region(name: string): LiveEndpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** Changes the fields that are given, and returns all. */
  changeRegion(
    name: string,
    change: { readonly latencyMs?: number | undefined; readonly clockSkewMs?: number | undefined },
  ): LiveEndpoint {
    const before = this.#endpoints.get(name) ?? { latencyMs: 0, clockSkewMs: 0 };
    const after = {
      latencyMs: change.latencyMs ?? before.latencyMs,
      clockSkewMs: change.clockSkewMs ?? before.clockSkewMs,
    };
    this.#endpoints.set(name, after);
    return after;
  }
}
