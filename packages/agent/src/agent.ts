import type { Strategy } from '@waystation/core';
import type { AgentConfig } from './agent-config.ts';
import type { AgentAddresses, AgentDependencies, AgentTuning } from './agent-dependencies.ts';
import { factsOf, journalOf, localKeysFileOf } from './agent-parts.ts';
import { adminListenerOf, admissionOf, apiListenerOf } from './agent-ports.ts';
import { originOf, sourceOf } from './agent-source.ts';
import { deliveriesOf } from './deliver/deliveries-of.ts';
import type { Deliveries } from './deliver/deliveries.ts';
import { DataDirLock } from './disk/data-dir-lock.ts';
import type { Admission } from './http/admission.ts';
import type { LocalKeysFile } from './http/compat/local-keys-file.ts';
import type { HttpListener } from './http/http-listener.ts';
import { formatListenAddress } from './http/listen-address.ts';
import type { Journal } from './journal/journal.ts';
import { JournalledSender } from './journal/journalled-sender.ts';
import type { AgentReporter } from './report/agent-reporter.ts';
import type { AgentPhase } from './status/agent-facts.ts';
import { AgentStatus } from './status/agent-status.ts';
import type { StrategyFeed } from './sync/offered-strategy.ts';
import { SharedStore } from './sync/shared-store.ts';
import { StrategyCache } from './sync/strategy-cache.ts';
import { StrategyIntake } from './sync/strategy-intake.ts';

/** The first sends come before the journal, unless they need it: to load and open it takes some 30 ms of a core. */
const journalAfterMs = 100;

/** The sidecar: serves from the first good strategy on, follows its source, and reports. */
export class Agent {
  readonly #dependencies: AgentDependencies;
  readonly #config: AgentConfig;
  readonly #store: SharedStore;
  readonly #cache: StrategyCache;
  readonly #intake: StrategyIntake;
  readonly #journal: Journal;
  readonly #deliveries: Deliveries;
  readonly #sender: JournalledSender;
  readonly #feed: StrategyFeed;
  readonly #reporter: AgentReporter | undefined;
  readonly #status: AgentStatus;
  readonly #admission: Admission;
  readonly #api: HttpListener;
  readonly #admin: HttpListener;
  readonly #localKeys: LocalKeysFile | undefined;
  #lock: DataDirLock | undefined;
  #journalTimer: NodeJS.Timeout | undefined;
  #goesOn = false;
  #phase: AgentPhase = 'starting';
  #cacheTrouble: string | undefined;

  constructor(dependencies: AgentDependencies, config: AgentConfig, tuning: AgentTuning = {}) {
    const { clock, log, sendSide } = dependencies;
    this.#dependencies = dependencies;
    this.#config = config;
    this.#store = new SharedStore(dependencies);
    this.#cache = new StrategyCache(
      { log: log.child({ component: 'strategy-cache' }), clock },
      { dataDir: config.dataDir, origin: originOf(config) },
    );
    const onChange = (): void => {
      this.#reporter?.changed();
      if (this.#goesOn) void this.#sender.recover();
    };
    this.#intake = new StrategyIntake({
      applier: sendSide,
      clock,
      log: log.child({ component: 'strategy-sync' }),
      save: (offered) => {
        this.#cache.save(offered);
      },
      onChange,
    });
    this.#journal = journalOf(dependencies, config);
    const strategy = () => this.#intake.applied?.snapshot.strategy;
    this.#deliveries = this.#newDeliveries(strategy);
    this.#sender = this.#newSender(strategy);
    const source = sourceOf(dependencies, config, tuning, {
      taker: this.#intake,
      openStore: () => this.#store.open(),
      report: () => this.#status.reportInSteps(),
      kept: () => this.#cache.flush(),
      onChange,
    });
    this.#feed = source.feed;
    this.#reporter = source.reporter;
    this.#localKeys = localKeysFileOf(dependencies, config);
    this.#status = this.#newStatus();
    this.#admission = admissionOf(dependencies, config);
    this.#api = apiListenerOf(dependencies, config, {
      ...{ sender: this.#sender, admission: this.#admission, status: this.#status, strategy },
      localKeys: this.#localKeys,
    });
    this.#admin = adminListenerOf(dependencies, config, this.#status);
  }

  get status(): AgentStatus {
    return this.#status;
  }

  /**
   * Takes the data directory, serves from the cached strategy where there is one, opens the ports and begins to
   * follow the source. Resolves once the ports are open, whether the source answers or not; rejects with
   * `DATA_DIR_LOCKED`, `JOURNAL_TOO_NEW`, `LISTEN_FAILED` or `CONFIG_INVALID`, and then nothing is left open.
   */
  async start(): Promise<AgentAddresses> {
    const { log } = this.#dependencies;
    try {
      this.#lock = await DataDirLock.acquire(this.#config.dataDir);
      await this.#journal.start();
      await this.#startFromCache();
      await this.#localKeys?.start();
      const admin = await this.#admin.start();
      const api = await this.#api.start();
      if (this.#phase === 'starting') this.#phase = 'serving';
      log.info({ api: formatListenAddress(api), admin: formatListenAddress(admin) }, 'agent listening');
      await this.#feed.start();
      await this.#intake.settled();
      this.#reporter?.start();
      this.#journalTimer = setTimeout(() => {
        this.#goOn();
      }, journalAfterMs);
      return { api, admin };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Goes on with what the last process left, for which the journal is opened. */
  #goOn(): void {
    this.#goesOn = true;
    this.#deliveries.start();
    void this.#sender.recover();
  }

  /** This host's rules have changed: a strategy that was refused may be good now. */
  reconsider(): void {
    this.#intake.reconsider();
  }

  /** The health of a channel has changed. */
  healthChanged(): void {
    this.#reporter?.changed();
  }

  /**
   * Not ready from now on; lets requests under way end within the configured time, takes the report back, and
   * closes everything that was opened.
   */
  async stop(): Promise<void> {
    const { sendSide, log } = this.#dependencies;
    const { stopTimeoutMs } = this.#config;
    this.#phase = 'stopping';
    clearTimeout(this.#journalTimer);
    await this.#api.stop(stopTimeoutMs);
    await this.#feed.stop();
    this.#intake.stop();
    await this.#localKeys?.stop();
    await Promise.all([
      this.#deliveries.stop(),
      sendSide.stop(stopTimeoutMs),
      this.#reporter?.stop(),
      this.#cache.flush(),
    ]);
    await this.#sender.settled();
    await this.#journal.stop();
    await this.#store.close();
    await this.#admin.stop(0);
    await this.#lock?.release();
    log.info('agent stopped');
  }

  #newDeliveries(strategy: () => Strategy | undefined): Deliveries {
    return deliveriesOf(this.#dependencies, this.#journal, strategy, (name, end) => {
      this.#sender.adopt(name, end);
    });
  }

  #newSender(strategy: () => Strategy | undefined): JournalledSender {
    const { sendSide, clock, bootClock } = this.#dependencies;
    const parts = { sender: sendSide, journal: this.#journal, deliveries: this.#deliveries };
    const past = () => sendSide.past;
    return new JournalledSender({ ...parts, clock, strategy, past, bootClock });
  }

  #newStatus(): AgentStatus {
    return new AgentStatus({
      facts: factsOf(this.#dependencies, this.#config),
      clock: this.#dependencies.clock,
      phase: () => this.#phase,
      intake: this.#intake,
      sendSide: this.#dependencies.sendSide,
      feed: () => this.#feed.state,
      journal: this.#journal,
      deliveries: this.#deliveries,
      troubles: () => this.#troubles(),
    });
  }

  #troubles(): string[] {
    const own = [this.#cacheTrouble, this.#cache.trouble, this.#localKeys?.trouble, this.#deliveries.trouble];
    own.push(this.#admission.trouble);
    return [...own.filter((trouble) => trouble !== undefined), ...this.#journal.troubles];
  }

  async #startFromCache(): Promise<void> {
    const read = await this.#cache.load();
    if (read.kind === 'found') {
      this.#intake.offer(read.offered);
      await this.#intake.settled();
    }
    if (read.kind !== 'unusable') return;
    this.#cacheTrouble = read.reason;
    this.#dependencies.log.warn({ reason: read.reason }, 'strategy cache not used');
  }
}
