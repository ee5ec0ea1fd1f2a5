import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { overrideSchema } from '@waystation/core';
import * as z from 'zod';
import { replaceFile } from '../disk/replace-file.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { OfferedStrategy } from './offered-strategy.ts';

const head = /^waystation strategy-cache 1 sha256:([0-9a-f]{64})$/;

const cachedSchema = z.strictObject({
  origin: z.string(),
  revision: z.int(),
  text: z.string(),
  overrides: z.record(z.string(), overrideSchema),
});

/** What the cache held at start. */
export type CacheRead =
  | { readonly kind: 'found'; readonly offered: OfferedStrategy }
  | { readonly kind: 'none' }
  /** It cannot be trusted: set aside under another name, or left alone, as the reason says. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** Which file, and whose strategy it may hold. */
export interface StrategyCacheOptions {
  readonly dataDir: string;
  /** Names the source (environment and fleet, or the file): another one's strategy is never served. */
  readonly origin: string;
}

/** The last good strategy on disk, so that an agent can start while its source is away. */
export class StrategyCache {
  readonly #log: AgentLogger;
  readonly #path: string;
  readonly #origin: string;
  /** Contents to be written: at most one under way and the newest after it. */
  #writing: Promise<void> | undefined;
  #next: OfferedStrategy | undefined;
  /** Why the last write failed, in a sentence; absent while the cache is as new as the strategy. */
  trouble: string | undefined;

  constructor({ log }: { readonly log: AgentLogger }, { dataDir, origin }: StrategyCacheOptions) {
    this.#log = log;
    this.#path = join(dataDir, 'strategy-cache');
    this.#origin = origin;
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
    const cached = decode(content);
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

  /** Saves in the background; of several that come quickly the newest is written. A full disk is no failure. */
  save(offered: OfferedStrategy): void {
    this.#next = offered;
    this.#writing ??= this.#writeAll();
  }

  /** Waits for the writes under way. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next !== undefined) {
      // In a turn of its own: a large one takes long to put into words.
      await setImmediate();
      const offered = this.#next;
      this.#next = undefined;
      try {
        await replaceFile(this.#path, encode(offered, this.#origin));
        this.trouble = undefined;
      } catch (error) {
        this.trouble = `the strategy cache could not be written (${systemCode(error)}): after a restart without its source the agent would begin with an older strategy`;
        this.#log.warn({ code: systemCode(error), revision: offered.revision }, 'strategy cache not written');
      }
    }
    this.#writing = undefined;
  }
}

function encode({ text, revision, overrides }: OfferedStrategy, origin: string): string {
  const cached = { origin, revision, text, overrides: Object.fromEntries(overrides) };
  const body = JSON.stringify(cached satisfies z.input<typeof cachedSchema>);
  return `waystation strategy-cache 1 sha256:${sha256(body)}\n${body}\n`;
}

function decode(content: string): z.output<typeof cachedSchema> | undefined {
  const end = content.indexOf('\n');
  const digest = head.exec(content.slice(0, Math.max(0, end)))?.[1];
  const body = content.slice(end + 1, -1);
  if (digest === undefined || !content.endsWith('\n') || sha256(body) !== digest) return undefined;
  try {
    return cachedSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
