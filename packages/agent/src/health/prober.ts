import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, ProbeResult, Random } from '@waystation/core';
import { pause } from '../pause.ts';
import type { ProbeTarget } from './probe-host.ts';

/** What probing needs. */
export interface ProberDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly probe: (target: ProbeTarget, signal: AbortSignal) => Promise<ProbeResult>;
  readonly onResult: (host: string, result: ProbeResult) => void;
}

/** How the hosts of a strategy are probed. */
export interface ProbePlan {
  /** Host (`host:port`) → what is asked of it; empty: nothing is probed. */
  readonly targets: ReadonlyMap<string, ProbeTarget>;
  /** From the end of a probe to the next one of its host, ± a fifth. */
  readonly intervalMs: number;
}

interface HostLoop {
  readonly sameAs: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Probes each host by itself, one probe at a time and at once when it is new. */
export class Prober {
  readonly #dependencies: ProberDependencies;
  readonly #loops = new Map<string, HostLoop>();
  /** Hosts that were never probed to the end. */
  readonly #unanswered = new Set<string>();
  #warm = false;

  constructor(dependencies: ProberDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether the first round is under way: each host of the first plan probed once. It never is again. */
  get firstRound(): boolean {
    return !this.#warm && this.#unanswered.size > 0;
  }

  /** Probes these from now on; hosts whose probe is the same go on as they were. */
  renew({ targets, intervalMs }: ProbePlan): void {
    for (const [host, loop] of this.#loops) {
      const target = targets.get(host);
      if (target !== undefined && loop.sameAs === signOf(target, intervalMs)) continue;
      loop.stop.abort();
      this.#loops.delete(host);
      this.#unanswered.delete(host);
    }
    for (const [host, target] of targets) {
      if (this.#loops.has(host)) continue;
      const stop = new AbortController();
      this.#unanswered.add(host);
      const ended = this.#run(host, target, intervalMs, stop.signal);
      this.#loops.set(host, { sameAs: signOf(target, intervalMs), stop, ended });
    }
  }

  /** Ends every probe under way. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    this.#unanswered.clear();
    for (const { stop } of loops) stop.abort();
    await Promise.all(loops.map(({ ended }) => ended));
  }

  async #run(host: string, target: ProbeTarget, intervalMs: number, signal: AbortSignal): Promise<void> {
    const { probe, onResult, random } = this.#dependencies;
    const stopped = (): boolean => signal.aborted;
    // Not in the turn in which a strategy comes into force: to open a connection takes long.
    await nextTurn();
    while (!stopped()) {
      const result = await probe(target, signal);
      // What was given up says nothing of the host.
      if (stopped()) return;
      this.#unanswered.delete(host);
      this.#warm ||= this.#unanswered.size === 0;
      onResult(host, result);
      await pause(intervalMs * (0.8 + 0.4 * random()), [signal]);
    }
  }
}

function signOf({ endpoint, how, timeoutMs }: ProbeTarget, intervalMs: number): string {
  return JSON.stringify([endpoint.url, how, timeoutMs, intervalMs]);
}
