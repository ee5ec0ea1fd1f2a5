import { DeliveryQueue } from '@waystation/core';
import type { Clock, Delivery, Message, Random } from '@waystation/core';
import type { MessageSender } from '../http/message-sender.ts';
import type { JournalStock } from '../journal/journal-stock.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeptDelivery } from '../journal/kept-delivery.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { DeliveryPace } from '../send/delivery-pace.ts';
import type { SendResult } from '../send/send-result.ts';
import { ClockDoubt } from './clock-doubt.ts';
import { deliverKept, expireKept, findKept, tooLate } from './deliver-kept.ts';
import type { KeptMessage, KeptParts } from './deliver-kept.ts';

/** What waiting messages are sent with. */
export interface DeliveriesDependencies {
  readonly journal: Pick<Journal, 'opened'>;
  /** Sends without a journal of its own. */
  readonly sender: MessageSender;
  readonly paceOf: (message: Message, route: string | undefined) => DeliveryPace;
  /** Given the name of a message whose end is not known yet, and the promise of what becomes of it. */
  readonly onOpen?: KeptParts['onOpen'];
  /** Absent: after a restart nobody knows how long ago an attempt was made. */
  readonly bootClock?: BootClock | undefined;
  /** How long one try may take, in ms. */
  readonly totalMs: () => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
}

/** Bounds of the waiting messages. */
export interface DeliveriesOptions {
  /** Messages that wait at most; beyond it none is kept. Default 100,000. */
  readonly maxWaiting?: number;
}

/** What `/status` shows of the messages that wait. */
export interface DeliveriesState {
  readonly waiting: number;
  /** The first time that runs out; ISO 8601. */
  readonly earliest?: string;
  readonly sent: number;
  readonly expired: number;
}

/** Longest time between two looks at the clocks while messages wait. */
const lookMs = 1000;
/** How long a message is put off while every channel is full with others. */
const fullMs = 1000;
/** Between two looks whether a journal that could not be opened can be by now. */
const reopenMs = 30_000;
/** Tries at once: the pace bounds them, unless channels hang. */
const maxAtOnce = 8;

/** Sends what could not be sent at once, as long as its time allows and the wall clock can be relied on. */
export class Deliveries {
  readonly #dependencies: DeliveriesDependencies;
  readonly #maxWaiting: number;
  readonly #queue = new DeliveryQueue();
  readonly #clockDoubt: ClockDoubt;
  readonly #running = new Set<Promise<void>>();
  /** Of the messages in the queue or being tried: none is there twice. */
  readonly #names = new Set<string>();
  /** Ends of messages that may have been sent, and wait again where they prove unsent. */
  readonly #inDoubt = new Set<Promise<unknown>>();
  #counts = { sent: 0, expired: 0 };
  #stock: JournalStock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  #takingUp = false;

  constructor(dependencies: DeliveriesDependencies, { maxWaiting = 100_000 }: DeliveriesOptions = {}) {
    this.#dependencies = dependencies;
    this.#maxWaiting = maxWaiting;
    this.#clockDoubt = new ClockDoubt(dependencies);
  }

  /** Takes up what the journal has kept through the last end of the agent, and begins to send. */
  start(): void {
    this.#started = true;
    this.#wakeAfter(0);
  }

  /** Begins nothing any more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await Promise.allSettled([...this.#running]);
  }

  get state(): DeliveriesState {
    const { earliest } = this.#queue;
    return {
      waiting: this.#queue.size + this.#running.size,
      ...(earliest !== undefined && { earliest: new Date(earliest).toISOString() }),
      ...this.#counts,
    };
  }

  /** What an operator should know, in a sentence. */
  get trouble(): string | undefined {
    return this.state.waiting === 0 ? undefined : this.#clockDoubt.reason;
  }

  /** Whether one more message may be kept. */
  get hasRoom(): boolean {
    return this.#queue.size < this.#maxWaiting;
  }

  /** Takes up a message that stands in the journal and was tried in vain. */
  add(delivery: KeptDelivery, result: SendResult): void {
    this.#watchFromNow();
    this.#addAgain(delivery, result);
  }

  /** Watches the clock for a message in doubt as well, since it may wait again once its end is known. */
  watchUntil(end: Promise<unknown>): void {
    this.#watchFromNow();
    this.#inDoubt.add(end);
    const known = (): void => void this.#inDoubt.delete(end);
    end.then(known, known);
  }

  /** The first that waits was given its time by the clock as it is. */
  #watchFromNow(): void {
    if (this.#names.size === 0 && this.#inDoubt.size === 0) this.#clockDoubt.trust();
  }

  #addAgain(delivery: KeptDelivery, result: SendResult): void {
    if (this.#names.has(delivery.name)) return;
    this.#names.add(delivery.name);
    this.#putBack({ ...delivery, tries: 0 }, result);
    this.#wakeAfter(0);
  }

  /** Does what is due by now; called by a timer. */
  tick(): void {
    const stock = this.#stock;
    if (stock === undefined) {
      void this.#takeUp();
      return;
    }
    const { clock } = this.#dependencies;
    const [at, wallTime] = [clock.now(), clock.wallTime()];
    this.#clockDoubt.look();
    if (this.trouble !== undefined) {
      this.#wakeAfter(lookMs);
      return;
    }
    while (this.#running.size < maxAtOnce) {
      const task = this.#queue.next(at, wallTime);
      if (task.kind === 'wait') {
        if (task.until !== undefined) this.#wakeAfter(Math.min(lookMs, task.until - at));
        return;
      }
      const { delivery } = task;
      const kept = readKept(stock, delivery);
      if (kept === undefined) {
        this.#names.delete(delivery.name);
        continue;
      }
      if (task.kind === 'expire') this.#run(this.#expire(stock, delivery, kept));
      else this.#begin(stock, delivery, kept);
    }
  }

  async #takeUp(): Promise<void> {
    const { journal, clock, log } = this.#dependencies;
    if (this.#takingUp) return;
    this.#takingUp = true;
    const opened = await journal.opened();
    this.#takingUp = false;
    if (!this.#started) return;
    if (!opened.open) {
      this.#wakeAfter(reopenMs);
      return;
    }
    this.#stock = opened.stock;
    for (const delivery of opened.kept) {
      this.#names.add(delivery.name);
      this.#queue.add({ ...delivery, tries: 0 }, clock.now());
    }
    if (opened.kept.length > 0) log.info({ messages: opened.kept.length }, 'messages wait again');
    this.tick();
  }

  #begin(stock: JournalStock, delivery: Delivery, kept: KeptMessage): void {
    const { clock, paceOf } = this.#dependencies;
    const at = clock.now();
    const { perSecond, room } = paceOf(kept.entry.payload.message, kept.entry.payload.route);
    this.#queue.spend(at, perSecond);
    if (room) this.#run(this.#deliverOrPutBack(stock, delivery, kept));
    else this.#queue.add(delivery, at + fullMs);
  }

  /** By a defect of ours no message is lost; what may have been sent is not found again. */
  async #deliverOrPutBack(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    try {
      await this.#deliver(stock, delivery, kept);
    } catch (error) {
      this.#putBack(delivery, undefined);
      throw error;
    }
  }

  async #deliver(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    const { clock, sender, totalMs, onOpen, bootClock } = this.#dependencies;
    const timeoutMs = Math.max(1, Math.min(totalMs(), delivery.deliverBy - clock.wallTime()));
    const { result, waits } = await deliverKept(delivery, kept, timeoutMs, {
      ...{ stock, clock, sender, bootClock },
      onOpen: (name, end) => {
        this.watchUntil(end);
        onOpen?.(name, end);
      },
      mayStart: () => {
        this.#clockDoubt.look();
        return this.trouble ?? tooLate(delivery.deliverBy, clock.wallTime());
      },
      onAgain: (late) => {
        this.#addAgain(delivery, late);
      },
    });
    if (waits) {
      this.#putBack(delivery, result);
      return;
    }
    this.#names.delete(delivery.name);
    this.#counts.sent += result.kind === 'accepted' ? 1 : 0;
  }

  async #expire(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    const { clock, log } = this.#dependencies;
    await expireKept(delivery, kept, { stock, clock });
    this.#names.delete(delivery.name);
    this.#counts.expired += 1;
    log.warn({ id: delivery.id }, 'message expired unsent');
  }

  #putBack(delivery: Delivery, result: SendResult | undefined): void {
    const { clock, random } = this.#dependencies;
    const retryAfterMs = result && 'retryAfterMs' in result ? result.retryAfterMs : 0;
    this.#queue.addAgain(delivery, { at: clock.now(), wallTime: clock.wallTime(), retryAfterMs, random });
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) => {
        this.#dependencies.log.error({ err: error }, 'a message that waits could not be handled');
      })
      .finally(() => {
        this.#running.delete(running);
        this.#wakeAfter(0);
      });
    this.#running.add(running);
  }

  #wakeAfter(ms: number): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.tick();
      },
      Math.ceil(Math.max(0, ms)),
    );
  }
}

/** What cannot be read now is found by the next start, or set aside by it. */
function readKept(stock: JournalStock, { name }: Delivery): KeptMessage | undefined {
  try {
    return findKept(stock, name);
  } catch {
    return undefined;
  }
}
