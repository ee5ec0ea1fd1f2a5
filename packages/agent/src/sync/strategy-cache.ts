import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@waystation/core';
import { replaceFile } from '../disk/replace-file.ts';
import type { AgentLogger } from '../log/logger.ts';
import { decodeCached, encodeCached } from './cached-strategy.ts';
import { inSlices } from './in-slices.ts';
import type { OfferedStrategy } from './offered-strategy.ts';

/** What the cache held at start. */
export type CacheRead =
  | { readonly kind: 'found'; readonly offered: OfferedStrategy }
  | { readonly kind: 'none' }
  /** It cannot be trusted: set aside under another name, or left alone, as the reason says. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** What the cache works with. */
export interface StrategyCacheDependencies {
  readonly log: AgentLogger;
  readonly clock: Pick<Clock, 'now'>;
  /** Replaces a file whole, durably. Default: `replaceFile`. */
  readonly replace?: (path: string, content: Buffer) => Promise<void>;
}

/** Which file, and whose strategy it may hold. */
export interface StrategyCacheOptions {
  readonly dataDir: string;
  /** Names the source (environment and fleet, or the file): another one's strategy is never served. */
  readonly origin: string;
  /** Between two writes that nobody waits for lies at least this, in ms. Default 1 s. */
  readonly paceMs?: number;
}

/** The last good strategy on disk, so that an agent can start while its source is away. */
export class StrategyCache {
  readonly #dependencies: Required<StrategyCacheDependencies>;
  readonly #path: string;
  readonly #origin: string;
  readonly #paceMs: number;
  /** Contents to be written: at most one under way and the newest after it. */
  #writing: Promise<void> | undefined;
  #next: OfferedStrategy | undefined;
  /** Runs for a while after a write; at its end what was saved meanwhile is written. */
  #rest: NodeJS.Timeout | undefined;
  /** Why the last write failed, in a sentence; absent while what was written last is on disk. */
  trouble: string | undefined;

  constructor(
    dependencies: StrategyCacheDependencies,
    { dataDir, origin, paceMs = 1000 }: StrategyCacheOptions,
  ) {
    this.#dependencies = { replace: replaceFile, ...dependencies };
    this.#path = join(dataDir, 'strategy-cache');
    this.#origin = origin;
    this.#paceMs = paceMs;
  }

  /** Reads what was saved last. A damaged file is renamed to `strategy-cache.damaged`, for a person to look at. */
  async load(): Promise<CacheRead> {
    let content: string;
    try {
      content = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return { kind: 'none' };
      return { kind: 'unusable', reason: `the strategy cache cannot be read (${systemCode(error)})` };
    }
    const cached = decodeCached(content);
    if (cached === undefined) {
      const aside = `${this.#path}.damaged`;
      const moved = await rename(this.#path, aside).then(
        () => true,
        () => false,
      );
      const reason = `the strategy cache is damaged${moved ? ` and was set aside as ${aside}` : ''}`;
      return { kind: 'unusable', reason };
    }
    if (cached.origin !== this.#origin) {
      const reason = `the strategy cache is of ${cached.origin}, not of ${this.#origin}: it is not used`;
      return { kind: 'unusable', reason };
    }
    const overrides = new Map(Object.entries(cached.overrides));
    return {
      kind: 'found',
      offered: { source: 'cache', text: cached.text, revision: cached.revision, overrides },
    };
  }

  /**
   * Saves in the background: the first at once, those that come soon after it the newest of them when the pace allows
   * or somebody waits for it. A full disk is no failure.
   */
  save(offered: OfferedStrategy): void {
    this.#next = offered;
    if (this.#rest === undefined && this.#writing === undefined) this.#begin();
  }

  /** Writes what was saved without regard to the pace, and waits until it is on disk or could not be written. */
  async flush(): Promise<void> {
    // A write under way may be of what was saved before.
    await this.#writing;
    this.#begin();
    await this.#writing;
  }

  #begin(): void {
    if (this.#next === undefined) return;
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // In turns of its own: a large one takes long to put into words.
    await nextTurn();
    const offered = this.#next;
    this.#next = undefined;
    if (offered !== undefined) await this.#replace(offered);
    this.#writing = undefined;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#begin();
    }, this.#paceMs).unref();
  }

  async #replace(offered: OfferedStrategy): Promise<void> {
    const { log, clock, replace } = this.#dependencies;
    try {
      await replace(this.#path, await inSlices(encodeCached(offered, this.#origin), clock));
      this.trouble = undefined;
    } catch (error) {
      this.trouble = `the strategy cache could not be written (${systemCode(error)}): after a restart without its source the agent would begin with an older strategy`;
      log.warn({ code: systemCode(error), revision: offered.revision }, 'strategy cache not written');
    }
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
