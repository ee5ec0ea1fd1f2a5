import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fleetKeys } from '@waystation/core';
import type { AgentReport, FleetKeys } from '@waystation/core';
import { MemoryStore, VirtualClock } from '@waystation/core/testing';
import { startInWorld } from './test-world.ts';
import type { StartedRun, TestRun, TestWorldOptions } from './test-world.ts';

/** A desk to work at in a test: a store, a folder of its own, a clock, and wayctl. */
export class Desk {
  readonly store: MemoryStore = new MemoryStore();
  readonly clock: VirtualClock = new VirtualClock();
  readonly keys: FleetKeys = fleetKeys({ env: 'default', fleet: 'default' });
  readonly folder: string;
  #throws = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Desk> {
    return new Desk(await mkdtemp(join(tmpdir(), 'wayctl-desk-')));
  }

  async close(): Promise<void> {
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Runs wayctl without a terminal. */
  run(...argv: readonly string[]): Promise<TestRun> {
    return this.runWith({}, ...argv);
  }

  /** Runs wayctl in a world that differs from the usual one. */
  runWith(options: Partial<TestWorldOptions>, ...argv: readonly string[]): Promise<TestRun> {
    return this.start(options, ...argv).done;
  }

  /** Starts wayctl beside the test. */
  start(options: Partial<TestWorldOptions>, ...argv: readonly string[]): StartedRun {
    // Dice that never fall twice on the same side, in order.
    const random = (): number => (this.#throws += 1) / 1_000_000;
    const usual = { store: this.store, tempDir: this.folder, clock: this.clock, random };
    return startInWorld({ ...usual, ...options }, ...argv);
  }

  /** Writes a file into the desk's folder. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }

  /** Applies a strategy and returns its revision. */
  async apply(text: string, ...more: readonly string[]): Promise<number> {
    const file = await this.file('strategy.yaml', text);
    const run = await this.run('strategy', 'apply', '-f', file, '--yes', '-o', 'json', ...more);
    if (run.code !== 0) throw new Error(`apply: exit code ${run.code}: ${run.err}`);
    return (JSON.parse(run.out) as { revision: number }).revision;
  }

  /** What stands under a key. */
  async stored(key: string): Promise<string | undefined> {
    return (await this.store.get(key)).entry?.value;
  }

  /** Puts a key past wayctl. */
  async put(key: string, value: string): Promise<void> {
    const { entry } = await this.store.get(key);
    await this.store.transact([{ key, modRevision: entry?.modRevision ?? 0 }], [{ type: 'put', key, value }]);
  }

  /** Resolves once a watch on the store is open. */
  async untilWatched(): Promise<void> {
    while (this.store.watchCount === 0) await nextTurn();
  }

  /** Puts an agent's report. */
  async report(agentId: string, report: Partial<AgentReport>): Promise<void> {
    const full: AgentReport = {
      schemaVersion: 1,
      agentId,
      version: '0.1.0',
      hostname: agentId,
      startedAt: new Date(this.clock.wallTime()).toISOString(),
      labels: {},
      channels: {},
      counts: { accepted: 0, failed: 0, unknown: 0 },
      ...report,
    };
    await this.put(this.keys.agent(agentId), JSON.stringify(full));
  }
}

/** What an agent reports of the strategy that it routes by. */
export function routing(revision: number, digest = 'd'): NonNullable<AgentReport['routing']> {
  return { revision, digest, source: 'etcd', appliedAt: '2026-01-01T00:00:00.000Z' };
}

/** Reads a file that a message names after the given words. */
export function readNamed(text: string, words: string): Promise<string> {
  const path = new RegExp(`${words} (\\S+)`).exec(text)?.[1];
  if (path === undefined) throw new Error(`no "${words} PATH" in: ${text}`);
  return readFile(path, 'utf8');
}
