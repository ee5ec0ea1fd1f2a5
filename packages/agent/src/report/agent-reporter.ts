import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { AgentReport, Clock, ConfigStore, Random, Steps, StoreLease } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { pause } from '../pause.ts';
import { inSlices } from '../sync/in-slices.ts';

/** What reporting needs. */
export interface AgentReporterDependencies {
  readonly openStore: () => Promise<ConfigStore>;
  /** The report as of now, in small steps. */
  readonly report: () => Steps<AgentReport>;
  /** Waits until what is routed by is on disk, or could not be written: only then is it acknowledged. */
  readonly kept: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
}

/** Where and how often to report; times in ms. */
export interface AgentReporterOptions {
  /** The key of this agent. */
  readonly key: string;
  /** How long the report outlives a silent agent. Default 20 s. */
  readonly ttlMs?: number;
  /** Between two reports lies at least this. Default 1 s. */
  readonly minIntervalMs?: number;
  /** A change is told after a random time up to this, so that a fleet does not write at once. Default 300. */
  readonly jitterMs?: number;
  /** How often counts alone are told, where they changed. Default 60 s. */
  readonly refreshMs?: number;
  /** The longest wait between two tries. Default 10 s. */
  readonly backoffMaxMs?: number;
  /** How long a report waits for the disk at most. Default 2 s. */
  readonly diskMs?: number;
}

/** How long the lease may take to be given back at the end; else it runs out by itself. */
const revokeMs = 2000;

/**
 * Keeps the agent's report in the store under a lease of its own: put on change, put again under a new lease
 * when one is lost, gone when the agent stops.
 */
export class AgentReporter {
  readonly #dependencies: AgentReporterDependencies;
  readonly #options: Required<AgentReporterOptions>;
  readonly #stopping = new AbortController();
  /** Ends the wait for something to tell. */
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #failures = 0;
  #lastPutAt = Number.NEGATIVE_INFINITY;

  constructor(dependencies: AgentReporterDependencies, options: AgentReporterOptions) {
    this.#dependencies = dependencies;
    this.#options = {
      ttlMs: 20_000,
      minIntervalMs: 1000,
      jitterMs: 300,
      refreshMs: 60_000,
      backoffMaxMs: 10_000,
      diskMs: 2000,
      ...options,
    };
  }

  /** Begins; returns without waiting for the store. */
  start(): void {
    this.#loop = this.#run();
  }

  /** Something in the report other than counts has changed. */
  changed(): void {
    // Without a look, an abort makes an error with its trace each time, first or not.
    if (!this.#wake.signal.aborted) this.#wake.abort();
  }

  /** Takes the report back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let lease: StoreLease | undefined;
      try {
        const store = await this.#dependencies.openStore();
        lease = await store.lease(this.#options.ttlMs, { signal });
        await this.#reportUnder(lease);
      } catch (error) {
        this.#failed(error);
      }
      await giveBack(lease);
      await pause(this.#backoff(), [signal]);
    }
  }

  /** Puts the report on every change until the lease is lost or the agent stops. */
  async #reportUnder(lease: StoreLease): Promise<void> {
    const stopping = this.#stopping.signal;
    let told: string | undefined;
    while (!stopping.aborted && !lease.lost.aborted) {
      this.#wake = new AbortController();
      const made = await inSlices(this.#dependencies.report(), this.#dependencies.clock);
      // To put a large one into words, and to hand it to the store, takes a turn of its own.
      await nextTurn();
      const report = JSON.stringify(made);
      if (report !== told) {
        await this.#kept(lease);
        await lease.put(this.#options.key, report);
        this.#lastPutAt = this.#dependencies.clock.now();
        if (this.#failures > 0) this.#dependencies.log.info('agent report written again');
        this.#failures = 0;
        told = report;
      }
      const jitter = this.#dependencies.random();
      await pause(this.#options.refreshMs * (1 + jitter), [stopping, lease.lost, this.#wake.signal]);
      const earliest = this.#lastPutAt + this.#options.minIntervalMs - this.#dependencies.clock.now();
      await pause(Math.max(0, earliest) + jitter * this.#options.jitterMs, [stopping, lease.lost]);
    }
  }

  /** A disk that does not answer keeps nobody from hearing of this agent. */
  async #kept(lease: StoreLease): Promise<void> {
    const over = new AbortController();
    const signals = [over.signal, this.#stopping.signal, lease.lost];
    await Promise.race([this.#dependencies.kept(), pause(this.#options.diskMs, signals)]);
    over.abort();
  }

  #failed(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#failures += 1;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#failures === 1) this.#dependencies.log.warn({ reason }, 'agent report not written');
  }

  #backoff(): number {
    const ceiling = Math.min(this.#options.backoffMaxMs, 500 * 2 ** Math.min(this.#failures, 20));
    return this.#dependencies.random() * ceiling;
  }
}

async function giveBack(lease: StoreLease | undefined): Promise<void> {
  if (lease === undefined || lease.lost.aborted) return;
  const given = lease.revoke().catch(() => undefined);
  await Promise.race([given, delay(revokeMs, undefined, { ref: false })]);
}
