import type { Clock } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { canBeRead } from './check-journal.ts';
import { JournalDamage } from './journal-damage.ts';
import { JournalFile } from './journal-file.ts';
import { JournalFolder } from './journal-folder.ts';
import { JournalKeys } from './journal-keys.ts';
import { JournalStock } from './journal-stock.ts';
import type { StockState } from './journal-stock.ts';
import type { KeyDecision } from './key-check.ts';
import { loadLmdb } from './load-lmdb.ts';
import type { LoadedLmdb } from './load-lmdb.ts';
import { recover } from './recover.ts';
import type { Recovered } from './recover.ts';
import type { KeptDelivery } from './kept-delivery.ts';

/** What a journal needs. */
export interface JournalDependencies {
  readonly clock: Clock;
  readonly log: AgentLogger;
}

/** Where a journal lies, and how much it keeps. */
export interface JournalOptions {
  readonly dataDir: string;
  /** Bytes of entries at most. */
  readonly maxBytes: number;
  /** How long what is over is kept, in ms. */
  readonly retentionMs: number;
  /** In place of the key that lies in the journal's own folder. */
  readonly key?: Buffer;
  /** The key before that one, as long as something that it sealed is kept. */
  readonly formerKey?: Buffer;
  /** How long to wait after a failed opening before the next, in ms. Default 5 s. */
  readonly reopenMs?: number;
}

const dayMs = 86_400_000;

/** What `/status` shows of the journal. */
export type JournalState = StockState & { readonly open: boolean };

/** A journal that is open, or in words why there is none. */
export type OpenedJournal =
  | {
      readonly open: true;
      readonly stock: JournalStock;
      /** What waits for its time since before this process. */
      readonly kept: readonly KeptDelivery[];
    }
  | { readonly open: false; readonly reason: string };

/** A journal that is open. */
export type OpenJournal = Extract<OpenedJournal, { open: true }>;

/** The journal's life: opened beside readiness, checked after a crash, set aside where damaged, opened again. */
export class Journal {
  readonly #dependencies: JournalDependencies;
  readonly #options: JournalOptions;
  readonly #folder: JournalFolder;
  #started = false;
  #opening: Promise<OpenedJournal> | undefined;
  #open: OpenJournal | undefined;
  #failedAt = 0;
  #aside: string | undefined;
  #reason: string | undefined;
  #stopped = false;

  constructor(dependencies: JournalDependencies, options: JournalOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#folder = new JournalFolder(options.dataDir);
  }

  /**
   * Looks at the journal's folder. Rejects where it never can be used: `DATA_DIR_UNUSABLE`, `JOURNAL_TOO_NEW`. A full
   * disk is no such reason. The first who needs the journal opens it, and the next where that was in vain.
   */
  async start(): Promise<void> {
    await this.#folder.prepare();
    this.#started = true;
  }

  /** What an operator should know, in a sentence. */
  get troubles(): readonly string[] {
    return [this.#aside, this.#reason, this.#open?.stock.trouble].filter((trouble) => trouble !== undefined);
  }

  get state(): JournalState {
    const { clock } = this.#dependencies;
    return this.#open === undefined
      ? { open: false, unfinished: 0, done: 0, bytes: 0, windowMs: 0 }
      : { open: true, ...this.#open.stock.state(clock.wallTime()) };
  }

  /** The journal where nobody has to wait for it; undefined: `opened` tells. */
  get openNow(): OpenJournal | undefined {
    return this.#stopped ? undefined : this.#open;
  }

  /** The journal once it is open; never rejects. */
  async opened(): Promise<OpenedJournal> {
    const { clock } = this.#dependencies;
    if (this.#stopped) return { open: false, reason: 'the agent is stopping' };
    const retry =
      this.#reason !== undefined && clock.now() - this.#failedAt > (this.#options.reopenMs ?? 5000);
    if (retry) this.#opening = undefined;
    this.#opening ??= this.#tryOpen();
    return this.#opening;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#opening;
    if (this.#open === undefined) return;
    await this.#open.stock.close();
    // What cannot be noted costs the next start a check.
    await this.#folder.noteClosed().catch(() => undefined);
  }

  async #tryOpen(): Promise<OpenedJournal> {
    const { clock, log } = this.#dependencies;
    if (!this.#started) return { open: false, reason: 'the journal is not started' };
    this.#reason = undefined;
    try {
      const { file, freed, held, kept } = await this.#openRecovered(loadLmdb());
      const stock = new JournalStock({ file, clock, log }, this.#options);
      await stock.start();
      this.#open = { open: true, stock, kept };
      if (freed + held > 0) log.info({ freed, held }, 'journal recovered');
      return this.#open;
    } catch (error) {
      const reason = `the journal cannot be opened: ${wordsOf(error)}`;
      this.#reason = reason;
      this.#failedAt = clock.now();
      log.error({ reason }, 'journal not open');
      return { open: false, reason };
    }
  }

  /** Opens the file and decides over what was under way; where that cannot be read, the file is set aside. */
  async #openRecovered(lmdb: LoadedLmdb): Promise<Recovered & { readonly file: JournalFile }> {
    const { clock } = this.#dependencies;
    const file = await this.#openGood(lmdb);
    try {
      await file.takeUp();
      const recovered = await recover(file, clock.wallTime());
      await file.settle();
      return { file, ...recovered };
    } catch (error) {
      await file.close();
      if (!(error instanceof JournalDamage)) throw error;
      await this.#setAside(error.message);
    }
    const fresh = await this.#openGood(lmdb);
    await fresh.settle();
    return { file: fresh, freed: 0, held: 0, kept: [] };
  }

  /** Opens the file; what is damaged is set aside first. */
  async #openGood(lmdb: LoadedLmdb): Promise<JournalFile> {
    const folder = this.#folder;
    if ((await folder.wasLeftOpen()) && !(await canBeRead(folder.path, lmdb.path))) {
      await this.#setAside('it cannot be read');
    }
    await folder.noteOpen();
    const file = await this.#openFile(lmdb).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      await this.#setAside(wordsOf(error));
      return undefined;
    });
    if (file !== undefined) {
      const decision = await this.#takesKeys(file);
      if (decision.kind === 'good') return file;
      await file.close();
      if (decision.kind === 'former-needed') {
        const until = new Date(decision.until).toISOString();
        throw new Error(
          `what it still keeps needs the former key until ${until}: see --journal-old-key-file`,
        );
      }
      if (this.#options.key !== undefined || this.#options.formerKey !== undefined) {
        throw new Error('it was written with another key than that of --journal-key-file');
      }
      await this.#setAside('its key is not the one that it was written with');
    }
    await folder.noteOpen();
    const fresh = await this.#openFile(lmdb);
    await this.#takesKeys(fresh);
    return fresh;
  }

  async #openFile(lmdb: LoadedLmdb): Promise<JournalFile> {
    const { key, formerKey } = this.#options;
    const own = key === undefined ? undefined : await this.#folder.foundKey();
    const former = [formerKey, own].filter((secret) => secret !== undefined);
    const keys = new JournalKeys(key ?? (await this.#folder.ownKey()), former);
    return JournalFile.open({ lmdb, folder: this.#folder.path, keys });
  }

  /** What was written with a former key is over after a day at most, and known for the retention after that. */
  #takesKeys(file: JournalFile): Promise<KeyDecision> {
    return file.takesKeys(this.#dependencies.clock.wallTime(), dayMs + this.#options.retentionMs);
  }

  async #setAside(why: string): Promise<void> {
    const { clock, log } = this.#dependencies;
    const path = await this.#folder.setAside(clock.wallTime());
    this.#aside =
      `the journal was set aside as ${path} (${why}): ` +
      'keys that it knew are forgotten, so a retry of theirs may text people twice';
    log.error({ path, why, alert: 'journal-set-aside' }, 'journal set aside');
  }
}

/** LMDB's own words for a file that is none of its kind, or no longer sound. */
function isDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    /MDB_(INVALID|CORRUPTED|PAGE_NOTFOUND|VERSION_MISMATCH|PANIC)/.test(error.message)
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
