import type { Delivery, Random } from '@waystation/core';
import type { JournalStock } from '../journal/journal-stock.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeptDelivery } from '../journal/kept-delivery.ts';
import type { SendResult } from '../send/send-result.ts';
import { ClockDoubt } from './clock-doubt.ts';
import { findKept, tooLate } from './deliver-kept.ts';
import type { KeptMessage } from './deliver-kept.ts';
import { DeliveryTries } from './delivery-tries.ts';
import type { TryParts } from './delivery-tries.ts';
import { WaitingMessages } from './waiting-messages.ts';

/** What the waiting messages are taken from, and sent with. */
export interface DeliveriesDependencies extends TryParts {
  readonly journal: Pick<Journal, 'opened'>;
  readonly random: Random;
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
/** Between two looks whether a journal that could not be opened can be by now. */
const reopenMs = 30_000;

/** Sends what could not be sent at once, as long as its time allows and the wall clock can be relied on. */
export class Deliveries {
  readonly #dependencies: DeliveriesDependencies;
  readonly #maxWaiting: number;
  readonly #waiting: WaitingMessages;
  readonly #tries: DeliveryTries;
  readonly #clockDoubt: ClockDoubt;
  /** Ends of messages that may have been sent, and wait again where they prove unsent. */
  readonly #inDoubt = new Set<Promise<unknown>>();
  #stock: JournalStock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  #takingUp = false;

  constructor(dependencies: DeliveriesDependencies, { maxWaiting = 100_000 }: DeliveriesOptions = {}) {
    this.#dependencies = dependencies;
    this.#maxWaiting = maxWaiting;
    this.#clockDoubt = new ClockDoubt(dependencies);
    this.#waiting = new WaitingMessages(dependencies);
    this.#tries = this.#newTries();
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
    await this.#tries.settled();
  }

  get state(): DeliveriesState {
    const { earliest, queued } = this.#waiting;
    return {
      waiting: queued + this.#tries.running,
      ...(earliest !== undefined && { earliest: new Date(earliest).toISOString() }),
      ...this.#tries.counts,
    };
  }

  /** What an operator should know, in a sentence. */
  get trouble(): string | undefined {
    return this.state.waiting === 0 ? undefined : this.#clockDoubt.reason;
  }

  /** Whether one more message may be kept. */
  get hasRoom(): boolean {
    return this.#waiting.queued < this.#maxWaiting;
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
    if (this.#waiting.isEmpty && this.#inDoubt.size === 0) this.#clockDoubt.trust();
  }

  #addAgain(delivery: KeptDelivery, result: SendResult): void {
    if (this.#waiting.add(delivery, result)) this.#wakeAfter(0);
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
    while (this.#tries.hasRoom) {
      const task = this.#waiting.next(at, wallTime);
      if (task.kind === 'wait') {
        if (task.until !== undefined) this.#wakeAfter(Math.min(lookMs, task.until - at));
        return;
      }
      const { delivery } = task;
      const kept = readKept(stock, delivery);
      if (kept === undefined) this.#waiting.forget(delivery);
      else if (task.kind === 'expire') this.#tries.expire(stock, delivery, kept);
      else this.#tries.begin(stock, delivery, kept);
    }
  }

  async #takeUp(): Promise<void> {
    const { journal, log } = this.#dependencies;
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
    for (const delivery of opened.kept) this.#waiting.takeUp(delivery);
    if (opened.kept.length > 0) log.info({ messages: opened.kept.length }, 'messages wait again');
    this.tick();
  }

  #newTries(): DeliveryTries {
    const { clock, onOpen } = this.#dependencies;
    return new DeliveryTries({
      ...this.#dependencies,
      waiting: this.#waiting,
      mayStart: (deliverBy) => {
        this.#clockDoubt.look();
        return this.trouble ?? tooLate(deliverBy, clock.wallTime());
      },
      onOpen: (name, end) => {
        this.watchUntil(end);
        onOpen?.(name, end);
      },
      onAgain: (delivery, late) => {
        this.#addAgain(delivery, late);
      },
      onOver: () => {
        this.#wakeAfter(0);
      },
    });
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
