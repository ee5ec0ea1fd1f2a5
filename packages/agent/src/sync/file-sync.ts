import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeIssue, readDocument } from '@waystation/config';
import type { Clock } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { pause } from '../pause.ts';
import type { SourceState, StrategyFeed, StrategyTaker } from './offered-strategy.ts';

/** What following a file needs. */
export interface FileSyncDependencies {
  readonly taker: StrategyTaker;
  readonly clock: Clock;
  readonly log: AgentLogger;
  /** Called when freshness changed. */
  readonly onChange: () => void;
}

/** Which file, and how closely it is looked at. */
export interface FileSyncOptions {
  readonly path: string;
  /** How long a change must stand still before it is read: writers take their time. Default 100 ms. */
  readonly settleMs?: number;
  /** How often the file is looked at where the system tells of no change. Default 2 s. */
  readonly pollMs?: number;
}

/** As much as a store takes. */
const maxBytes = 1_500_000;

/**
 * Follows a strategy in a file. Its folder is watched, not the file: editors and configuration tools replace the
 * file or a link above it. A look at regular intervals finds what no event told of.
 */
export class FileSync implements StrategyFeed {
  readonly #dependencies: FileSyncDependencies;
  readonly #options: Required<FileSyncOptions>;
  readonly #stopping = new AbortController();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  /** The content that was taken or refused last. */
  #seen: string | undefined;
  #revision = 0;
  #state: SourceState = {};

  constructor(dependencies: FileSyncDependencies, options: FileSyncOptions) {
    this.#dependencies = dependencies;
    this.#options = { settleMs: 100, pollMs: 2000, ...options };
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Reads the file once, then follows it. */
  async start(): Promise<void> {
    this.#take(await this.#content());
    this.#watch();
    this.#poll = setInterval(() => {
      if (this.#watcher === undefined) this.#watch();
      this.#look();
    }, this.#options.pollMs);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#poll);
    this.#watcher?.close();
    await this.#looking;
  }

  #watch(): void {
    try {
      const watcher = watch(dirname(this.#options.path), { persistent: false }, () => {
        this.#look();
      });
      this.#watcher = watcher;
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
    } catch {
      // The folder is not there, or the system has no watch left: the regular look does.
      this.#watcher = undefined;
    }
  }

  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilStill().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookUntilStill(): Promise<void> {
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const content = await this.#content();
      if (content === this.#seen) this.#fresh(content);
      else if (content !== undefined) await this.#takeOnceStill(content);
    }
  }

  async #takeOnceStill(content: string): Promise<void> {
    await pause(this.#options.settleMs, [this.#stopping.signal]);
    if (this.#stopped) return;
    if ((await this.#content()) === content) this.#take(content);
    else this.#lookAgain = true;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The file's text; nothing where it cannot be read, and then `state` says why. */
  async #content(): Promise<string | undefined> {
    const { path } = this.#options;
    try {
      const found = await stat(path);
      if (found.isFile() && found.size <= maxBytes) return await readFile(path, 'utf8');
      const what = found.isFile() ? `has ${found.size} bytes, at most ${maxBytes} are read` : 'is not a file';
      this.#stale(`${path} ${what}`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      this.#stale(`${path} cannot be read (${code})`);
    }
    return undefined;
  }

  #stale(trouble: string): void {
    if (this.#state.trouble === trouble) return;
    const { log, clock, onChange } = this.#dependencies;
    this.#state = { staleSince: this.#state.staleSince ?? clock.wallTime(), trouble };
    log.warn({ reason: trouble }, 'strategy file not readable, the last good strategy serves on');
    onChange();
  }

  #fresh(content: string | undefined): void {
    if (content === undefined || this.#state.staleSince === undefined) return;
    this.#state = {};
    this.#dependencies.onChange();
  }

  #take(content: string | undefined): void {
    if (content === undefined) return;
    this.#fresh(content);
    this.#seen = content;
    this.#revision += 1;
    const { taker } = this.#dependencies;
    const { path } = this.#options;
    const document = readDocument(content, path);
    if (!document.ok) {
      const issues = document.issues.map((issue) => describeIssue(this.#options.path, issue));
      taker.refuse('file', this.#revision, issues.join('; '));
    } else {
      const text = JSON.stringify(document.value);
      taker.offer({ source: 'file', text, revision: this.#revision, overrides: new Map() });
    }
  }
}
