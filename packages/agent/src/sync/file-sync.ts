import { describeIssue, readDocument } from '@waystation/config';
import type { Clock } from '@waystation/core';
import { FileWatch } from '../disk/file-watch.ts';
import type { FileContent } from '../disk/file-watch.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { SourceState, StrategyFeed, StrategyTaker } from './offered-strategy.ts';

/** What following a file needs. */
export interface FileSyncDependencies {
  readonly taker: Pick<StrategyTaker, 'offer' | 'refuse'>;
  readonly clock: Clock;
  readonly log: AgentLogger;
  /** Called when freshness changed. */
  readonly onChange: () => void;
}

/** Which file, and how closely it is looked at. */
export interface FileSyncOptions {
  readonly path: string;
  /** How long a change must stand still before it counts. Default 100 ms. */
  readonly settleMs?: number;
  /** How often the file is looked at where the system tells of no change. Default 2 s. */
  readonly pollMs?: number;
}

/** As much as a store takes. */
const maxBytes = 1_500_000;

/** Follows a strategy in a file, YAML or JSON. */
export class FileSync implements StrategyFeed {
  readonly #dependencies: FileSyncDependencies;
  readonly #path: string;
  readonly #watch: FileWatch;
  /** The content that was taken or refused last. */
  #seen: string | undefined;
  #revision = 0;
  #state: SourceState = {};

  constructor(dependencies: FileSyncDependencies, options: FileSyncOptions) {
    this.#dependencies = dependencies;
    this.#path = options.path;
    this.#watch = new FileWatch(
      (content) => {
        this.#take(content);
      },
      { ...options, maxBytes },
    );
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Reads the file once, then follows it. */
  async start(): Promise<void> {
    this.#take(await this.#watch.start());
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
  }

  #take(content: FileContent): void {
    const { taker, log, clock, onChange } = this.#dependencies;
    if (!content.ok) {
      const { reason } = content;
      this.#state = { staleSince: this.#state.staleSince ?? clock.wallTime(), trouble: reason };
      log.warn({ reason }, 'strategy file not readable');
      onChange();
      return;
    }
    const wasStale = this.#state.staleSince !== undefined;
    this.#state = {};
    if (content.text !== this.#seen) this.#hand(content.text, taker);
    else if (wasStale) onChange();
  }

  #hand(text: string, taker: FileSyncDependencies['taker']): void {
    this.#seen = text;
    this.#revision += 1;
    const document = readDocument(text, this.#path);
    if (document.ok) {
      const json = JSON.stringify(document.value);
      taker.offer({ source: 'file', text: json, revision: this.#revision, overrides: new Map() });
    } else {
      const reason = document.issues.map((issue) => describeIssue(this.#path, issue)).join('; ');
      taker.refuse('file', this.#revision, reason);
    }
  }
}
