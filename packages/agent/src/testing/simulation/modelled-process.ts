import { channelEndpoint } from '@waystation/core';
import type { Channel, Message, Override, ProbeResult, Random, RoutingSnapshot } from '@waystation/core';
import { Deliveries } from '../../deliver/deliveries.ts';
import type { ProbeTarget } from '../../health/probe-host.ts';
import { HealthTracker } from '../../health/health-tracker.ts';
import type { SendOptions } from '../../http/message-sender.ts';
import { JournalStock } from '../../journal/journal-stock.ts';
import type { Journal, OpenedJournal, OpenJournal } from '../../journal/journal.ts';
import { JournalledSender } from '../../journal/journalled-sender.ts';
import { recover } from '../../journal/recover.ts';
import { LimitBook } from '../../limits/limit-book.ts';
import { LiveChannel } from '../../pool/live-channel.ts';
import { AliyunDialect } from '../../provider/aliyun/aliyun-dialect.ts';
import { PastSearcher } from '../../reconcile/past-searcher.ts';
import { searchOptions } from '../../reconcile/search-options.ts';
import { Searcher } from '../../reconcile/searcher.ts';
import { AttemptAlerts } from '../../send/attempt-alerts.ts';
import { BlockBook } from '../../send/block-book.ts';
import { deliveryPace } from '../../send/delivery-pace.ts';
import { Routing } from '../../send/routing.ts';
import type { SendResult } from '../../send/send-result.ts';
import { Sender } from '../../send/sender.ts';
import { TimingWheel } from '../../timing/timing-wheel.ts';
import { allowLoopback, silentLog } from '../send-fixture.ts';
import type { History } from './history.ts';
import { hostOf } from './history.ts';
import type { Life } from './life.ts';
import { ModelledConnections } from './modelled-connections.ts';
import { ModelledJournalFile } from './modelled-journal-file.ts';
import type { ModelledDisk } from './modelled-journal-file.ts';
import type { ModelledProvider } from './modelled-provider.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What outlives every process. */
export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly provider: ModelledProvider;
  readonly disk: ModelledDisk;
  /** The strategy, without overrides. */
  readonly snapshot: RoutingSnapshot;
}

/** One process of the agent: its real drivers, on modelled connections and a modelled disk. */
export class ModelledProcess {
  readonly life: Life;
  readonly #world: World;
  readonly #history: History;
  readonly #routing: Routing;
  readonly #blocks: BlockBook;
  readonly #health: HealthTracker;
  readonly #limits: LimitBook;
  readonly #deliveries: Deliveries;
  readonly #sender: JournalledSender;
  #opening: Promise<OpenedJournal> | undefined;
  #openNow: OpenJournal | undefined;
  #revision = 0;

  constructor(world: World, life: Life, history: History) {
    const { time: clock, random } = world;
    this.life = life;
    this.#world = world;
    this.#history = history;
    this.#routing = new Routing({
      rules: {
        allowEndpoints: allowLoopback,
        credentials: { describe: () => ({ kind: 'aliyun', from: 'environment' }) },
      },
      openChannel: (name, channel) => this.#openChannel(name, channel),
      troubles: () => [],
      log: silentLog,
    });
    this.#blocks = new BlockBook(clock);
    const probe = ({ endpoint }: ProbeTarget) => this.#probe(hostOf(endpoint));
    this.#health = new HealthTracker({ clock, random, log: silentLog, ...(history.probed && { probe }) });
    const strategy = () => this.#routing.current()?.snapshot.strategy;
    const searcher = new Searcher(
      { clock, log: silentLog },
      {
        ...searchOptions(strategy),
        maxLikes: history.maxLikes,
      },
    );
    const bootClock = { boot: 'one', now: () => clock.now() };
    const past = new PastSearcher({ routing: this.#routing, searcher, clock, bootClock });
    this.#limits = new LimitBook({ clock });
    const sender = new Sender({
      routing: this.#routing,
      alerts: new AttemptAlerts({ clock, log: silentLog }),
      blocks: this.#blocks,
      limits: this.#limits,
      health: this.#health,
      searcher,
      alarms: new TimingWheel(clock),
      clock,
      random,
    });
    const openNow = (): OpenJournal | undefined => this.#openNow;
    const journal: Pick<Journal, 'opened' | 'openNow'> = {
      opened: () => this.#journal(),
      get openNow() {
        return openNow();
      },
    };
    this.#deliveries = new Deliveries({
      ...{ journal, sender, clock, random, bootClock },
      paceOf: (message, route) => deliveryPace(this.#routing.current(), message, route),
      totalMs: () => strategy()?.timeouts.totalMs ?? 0,
      onOpen: (name, end) => {
        this.#sender.adopt(name, end);
      },
      log: silentLog,
    });
    this.#sender = new JournalledSender({
      ...{ sender, journal, clock, deliveries: this.#deliveries },
      strategy,
      past: () => past,
      bootClock,
    });
  }

  /** Begins to open the journal and takes the strategy, with these channels drained. */
  start(drained: ReadonlySet<string>): void {
    void this.#journal();
    this.renew(drained);
    this.#deliveries.start();
    void this.#recover();
  }

  async #recover(): Promise<void> {
    const { recoveryMs } = this.#history;
    if (recoveryMs > 0) await this.life.later(recoveryMs);
    await this.#sender.recover();
  }

  /** Takes the strategy with these channels drained. */
  renew(drained: ReadonlySet<string>): void {
    const drain: Override = { kind: 'drain' };
    const overrides = new Map([...drained].map((name) => [name, drain]));
    this.#revision += 1;
    const snapshot = { ...this.#world.snapshot, revision: this.#revision, overrides };
    const result = this.#routing.apply(snapshot);
    if (!result.applied) throw new Error(`the simulated strategy is refused: ${result.reason}`);
    const state = this.#routing.current();
    if (state !== undefined) this.#health.renew(state.channels, snapshot);
    this.#limits.change(snapshot.strategy.limits);
  }

  /** Messages that wait to be sent later, or are being sent. */
  get waiting(): number {
    return this.#deliveries.state.waiting;
  }

  /** What is known of a message by its id. */
  find(id: string): Promise<SendResult | undefined> {
    return this.#sender.find(id);
  }

  send(message: Message, options: SendOptions): Promise<SendResult> {
    return this.#sender.send(message, options);
  }

  /** Accounts, credentials, channels, hosts and contents that are blocked now, as `kind name`. */
  get blocked(): readonly string[] {
    return this.#blocks.states.map(({ kind, name }) => `${kind} ${name}`);
  }

  #journal(): Promise<OpenedJournal> {
    this.#opening ??= this.#openJournal();
    return this.#opening;
  }

  async #openJournal(): Promise<OpenedJournal> {
    const { time, random, disk } = this.#world;
    const { life } = this;
    const file = new ModelledJournalFile({ time, life, random }, disk, this.#history.disk);
    const recovered = await recover(file, time.wallTime()).catch((error: unknown) => String(error));
    if (typeof recovered === 'string') return { open: false, reason: recovered };
    const bounds = { maxBytes: 1_000_000, retentionMs: 86_400_000 };
    const stock = new JournalStock({ file, clock: time, log: silentLog }, bounds);
    await stock.start();
    // The stock is the journal's own class, with the real one's file behind it.
    this.#openNow = { open: true, stock, kept: recovered.kept };
    return this.#openNow;
  }

  #openChannel(name: string, channel: Channel): LiveChannel {
    const { time: clock, provider, random } = this.#world;
    if (channel.provider !== 'aliyun') throw new Error(`${name} is no channel of Aliyun`);
    const endpoint = channelEndpoint(channel);
    const parts = { time: clock, life: this.life, provider, random };
    const account = Number(channel.credential.split('-').at(-1));
    const place = { channel: name, host: hostOf(endpoint), account };
    const onUnderWay = (count: number): void => {
      provider.noteAtOnce(name, count);
    };
    const connections = new ModelledConnections({ ...parts, onUnderWay }, place);
    const questions = new ModelledConnections(parts, place);
    const accessKeyId = channel.credential;
    const credential = { kind: 'aliyun', accessKeyId, accessKeySecret: 'secret' } as const;
    return new LiveChannel({
      ...{ name, channel, endpoint, connections, questions, clock },
      dialect: new AliyunDialect({ clock }, channel, endpoint),
      credential: () => ({ ok: true, credential }),
    });
  }

  async #probe(host: number): Promise<ProbeResult> {
    const { provider } = this.#world;
    const ms = provider.travelMs();
    await this.life.later(ms);
    return provider.mannerOf(host) === undefined
      ? { passed: true, ms }
      : { passed: false, reason: 'no answer' };
  }
}
