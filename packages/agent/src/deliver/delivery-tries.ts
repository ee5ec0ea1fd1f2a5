import type { Clock, Delivery, Message } from '@waystation/core';
import type { MessageSender } from '../http/message-sender.ts';
import type { JournalStock } from '../journal/journal-stock.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { DeliveryPace } from '../send/delivery-pace.ts';
import type { SendResult } from '../send/send-result.ts';
import { deliverKept, expireKept } from './deliver-kept.ts';
import type { KeptMessage, KeptParts } from './deliver-kept.ts';
import type { WaitingMessages } from './waiting-messages.ts';

/** What waiting messages are sent with. */
export interface TryParts {
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
  readonly log: AgentLogger;
}

/** What a try has to do with the messages that wait. */
export interface DeliveryTriesDependencies extends TryParts {
  readonly waiting: WaitingMessages;
  /** Why no attempt of a message with this time may begin by now; undefined: it may. */
  readonly mayStart: (deliverBy: number) => string | undefined;
  /** Told of a message that proves unsent after its try was over. */
  readonly onAgain: (delivery: Delivery, late: SendResult) => void;
  /** Called when a try is over, and another may begin. */
  readonly onOver: () => void;
}

/** How long a message is put off while every channel is full with others. */
const fullMs = 1000;
/** Tries at once: the pace bounds them, unless channels hang. */
const maxAtOnce = 8;

/** Tries messages whose turn has come, or ends those whose time has, a few at once. */
export class DeliveryTries {
  readonly #dependencies: DeliveryTriesDependencies;
  readonly #running = new Set<Promise<void>>();
  #counts = { sent: 0, expired: 0 };

  constructor(dependencies: DeliveryTriesDependencies) {
    this.#dependencies = dependencies;
  }

  /** How many are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether one more may begin. */
  get hasRoom(): boolean {
    return this.#running.size < maxAtOnce;
  }

  /** How the messages ended that are over. */
  get counts(): { readonly sent: number; readonly expired: number } {
    return this.#counts;
  }

  /** Resolves once everything that is under way now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  /** Tries a message, or puts it off where its channels have no room. */
  begin(stock: JournalStock, delivery: Delivery, kept: KeptMessage): void {
    const { clock, paceOf, waiting } = this.#dependencies;
    const at = clock.now();
    const { perSecond, room } = paceOf(kept.entry.payload.message, kept.entry.payload.route);
    waiting.spend(at, perSecond);
    if (room) this.#run(this.#deliverOrPutBack(stock, delivery, kept));
    else waiting.putOff(delivery, at + fullMs);
  }

  /** Ends a message whose time has come. */
  expire(stock: JournalStock, delivery: Delivery, kept: KeptMessage): void {
    this.#run(this.#expire(stock, delivery, kept));
  }

  /** By a defect of ours no message is lost; what may have been sent is not found again. */
  async #deliverOrPutBack(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    try {
      await this.#deliver(stock, delivery, kept);
    } catch (error) {
      this.#dependencies.waiting.putBack(delivery, undefined);
      throw error;
    }
  }

  async #deliver(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    const { clock, sender, bootClock, totalMs, mayStart, onOpen, onAgain, waiting } = this.#dependencies;
    const { deliverBy } = delivery;
    const timeoutMs = Math.max(1, Math.min(totalMs(), deliverBy - clock.wallTime()));
    const { result, waits } = await deliverKept(delivery, kept, timeoutMs, {
      ...{ stock, clock, sender, bootClock, onOpen },
      mayStart: () => mayStart(deliverBy),
      onAgain: (late) => {
        onAgain(delivery, late);
      },
    });
    if (waits) {
      waiting.putBack(delivery, result);
      return;
    }
    waiting.forget(delivery);
    this.#counts.sent += result.kind === 'accepted' ? 1 : 0;
  }

  async #expire(stock: JournalStock, delivery: Delivery, kept: KeptMessage): Promise<void> {
    const { clock, log, waiting } = this.#dependencies;
    await expireKept(delivery, kept, { stock, clock });
    waiting.forget(delivery);
    this.#counts.expired += 1;
    log.warn({ id: delivery.id }, 'message expired unsent');
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) => {
        this.#dependencies.log.error({ err: error }, 'a message that waits could not be handled');
      })
      .finally(() => {
        this.#running.delete(running);
        this.#dependencies.onOver();
      });
    this.#running.add(running);
  }
}
