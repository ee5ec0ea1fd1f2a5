import { FileWatch } from '../../disk/file-watch.ts';
import type { FileContent } from '../../disk/file-watch.ts';
import type { AgentLogger } from '../../log/logger.ts';
import { maxLocalKeysBytes, readLocalKeys } from './local-keys.ts';
import type { LocalKeys } from './local-keys.ts';

/** Which file, what it held when it was read first, and how closely it is looked at. */
export interface LocalKeysFileOptions {
  readonly path: string;
  readonly secrets: ReadonlyMap<string, string>;
  /** How often the file is looked at where the system tells of no change. Default 2 s. */
  readonly pollMs?: number;
}

/**
 * The keys of `--local-keys FILE`. A changed file counts from the next request on; one that cannot be read leaves the
 * last good keys in force.
 */
export class LocalKeysFile {
  readonly #log: AgentLogger;
  readonly #path: string;
  readonly #watch: FileWatch;
  #keys: LocalKeys;
  #trouble: string | undefined;

  constructor(log: AgentLogger, { path, secrets, pollMs }: LocalKeysFileOptions) {
    this.#log = log;
    this.#path = path;
    this.#keys = { kind: 'keys', secrets };
    const options = { path, maxBytes: maxLocalKeysBytes, ...(pollMs !== undefined && { pollMs }) };
    this.#watch = new FileWatch((content) => {
      this.#take(content);
    }, options);
  }

  /** Those in force. */
  get keys(): LocalKeys {
    return this.#keys;
  }

  /** Why the newest content is not taken, in a sentence; absent: it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Follows the file from now on, what it has become since it was read first included. */
  async start(): Promise<void> {
    this.#take(await this.#watch.start());
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
  }

  #take(content: FileContent): void {
    const read = content.ok ? readLocalKeys(content.text, this.#path) : content;
    if (!read.ok) {
      const reason = content.ok ? `${this.#path} ${read.reason}` : read.reason;
      this.#trouble = `local keys not reloaded, the last good ones stay: ${reason}`;
      this.#log.error({ reason }, 'local keys not reloaded');
      return;
    }
    this.#trouble = undefined;
    this.#keys = { kind: 'keys', secrets: read.secrets };
    this.#log.info({ keys: read.secrets.size }, 'local keys loaded');
  }
}
