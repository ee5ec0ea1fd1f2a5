import type { Clock, Outcome, Revision } from '@waystation/core';
import { maskNumber } from '../log/mask-numbers.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { AttemptLog, AttemptStart, UnknownRule } from '../send/attempt-log.ts';
import type { SendResult } from '../send/send-result.ts';
import { AttemptNotWritten } from './attempt-not-written.ts';
import { mayHaveBeenSent } from './journal-entry.ts';
import type { DoneEntry, OpenEntry } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import type { KeptDelivery } from './kept-delivery.ts';
import { RunAttempts } from './run-attempts.ts';
import { RunEntry } from './run-entry.ts';
import type { EntryBefore, RunFacts } from './run-facts.ts';
import { inDoubt, keptBack, masked, notYetOver, saysNotSent } from './told-of-run.ts';

/** What writing a message's attempts needs. */
export interface MessageRunDependencies {
  readonly stock: JournalStock;
  readonly clock: Clock;
  readonly bootClock?: BootClock | undefined;
}

/** One keyed message under way: writes each attempt before it is made, and its end. */
export class MessageRun implements AttemptLog {
  readonly #clock: Clock;
  readonly #facts: RunFacts;
  readonly #receivedAt: number;
  readonly #attempts: RunAttempts;
  readonly #entry: RunEntry;
  #rule: UnknownRule | undefined;
  /** Whether the disk knows how the message ended. */
  #isOver = false;
  /** The last attempt's result on its way to the disk. */
  #noted: Promise<void> | undefined;

  constructor({ stock, clock, bootClock }: MessageRunDependencies, facts: RunFacts, before?: EntryBefore) {
    this.#clock = clock;
    this.#facts = facts;
    this.#attempts = new RunAttempts(before?.entry.attempts ?? [], bootClock);
    this.#receivedAt = before?.entry.state === 'open' ? before.entry.receivedAt : clock.wallTime();
    this.#entry = new RunEntry(stock, facts, before);
    // While the first attempts are in doubt, what their route said goes on.
    if (this.#attempts.isOpen) this.#rule = before?.entry.rule;
  }

  /** What waits where nothing could be sent yet; undefined: the message does not wait. */
  get delivery(): KeptDelivery | undefined {
    const { id, name, deliverBy } = this.#facts;
    if (deliverBy === undefined) return undefined;
    if (this.#attempts.isProven && this.#entry.known?.rule?.afterReconcile === 'fail') return undefined;
    return { id, name, deliverBy };
  }

  /** Whether the disk knows of the message. */
  get isWritten(): boolean {
    return this.#entry.known !== undefined;
  }

  async starting(start: AttemptStart): Promise<void> {
    const forbidden = this.#facts.mayStart?.();
    if (forbidden !== undefined) throw new AttemptNotWritten('the attempt may not begin', { forbidden });
    if (this.isWritten) {
      for (let busy = this.#busy(); busy !== undefined; busy = this.#busy()) await busy;
      if (this.#entry.givesWay(this.#attempts)) throw this.#goneOn();
    }
    const { revision, route, rule } = start;
    this.#attempts.begin(start, this.#clock.wallTime());
    try {
      const entry = this.#openEntry(revision, route, this.#rule ?? rule);
      await this.#entry.put(entry);
    } catch (cause) {
      this.#attempts.takeBack();
      throw new AttemptNotWritten('the journal did not take the attempt', { cause });
    }
  }

  mayBeWritten(): boolean {
    return this.#facts.mayStart?.() === undefined;
  }

  ended(outcome: Outcome | undefined): void {
    const attempt = this.#attempts.end(outcome);
    if (attempt === undefined) return;
    // A crash from here on must not find an attempt that may have been sent.
    if (!mayHaveBeenSent(attempt)) this.#noteDown();
  }

  /** Writes that the message waits for another time; resolves once that is on the disk. */
  async keep(result: SendResult): Promise<void> {
    for (let busy = this.#busy(); busy !== undefined; busy = this.#busy()) await busy;
    if (this.#entry.givesWay(this.#attempts)) throw this.#goneOn();
    await this.#entry.put(this.#waiting(result));
  }

  /**
   * As `keep`, for a message that its caller knows to wait: what the disk does not take is kept in memory until it
   * does. False: the message is over, or sent again.
   */
  async keepOn(result: SendResult): Promise<boolean> {
    for (let busy = this.#busy(); busy !== undefined; busy = this.#busy()) await busy;
    if (this.#entry.givesWay(this.#attempts)) return false;
    await this.#entry.settle(this.#waiting(result));
    return true;
  }

  /** The entry of a message that waits. */
  #waiting({ revision, route = '' }: SendResult): OpenEntry {
    return this.#openEntry(revision, route, this.#rule ?? this.#entry.known?.rule);
  }

  absent(): void {
    this.#attempts.absent();
    this.#noteDown();
  }

  /** Waits until what is known of the attempts is written, as far as it can be. */
  async written(): Promise<void> {
    await this.#noted;
    await this.#entry.idle();
  }

  reopen(): void {
    this.#attempts.reopen();
  }

  /** As `reopen`, with what was proven of the attempts before this run. */
  reopenAll(): void {
    this.#attempts.reopenAll();
  }

  /** What is true of the message where the journal kept an attempt back. */
  keptBack(cause: unknown): SendResult {
    const revision = this.#entry.known?.revision ?? 0;
    return keptBack({ id: this.#facts.id, revision, attempts: this.#attempts.all }, cause);
  }

  /**
   * What may be told of an end by now. A message with a time to be delivered by is sent by the next start until the disk
   * knows that it is over, so that nobody is told before that nothing was sent; one that has expired, too, since the
   * clock may be set back. Where another run has gone on with the message, that tells.
   */
  tellable(result: SendResult): SendResult {
    const { goneOn } = this.#entry;
    if (goneOn !== undefined && result.kind !== 'accepted') return goneOn;
    if (this.#facts.deliverBy === undefined || this.#isOver || !this.isWritten) return result;
    return saysNotSent(result) ? notYetOver(result) : result;
  }

  /** Writes how the message ended; the key is free again where nothing was sent. */
  async end(result: SendResult): Promise<void> {
    await this.#writeEnd(result);
    this.#isOver = this.#entry.isSaved;
  }

  async #writeEnd(result: SendResult): Promise<void> {
    const { id, digest, payload } = this.#facts;
    const endedAt = this.#clock.wallTime();
    const kept = masked(result);
    // An end that overtook an attempt on its way to the disk would be overwritten by it.
    for (let busy = this.#busy(); busy !== undefined; busy = this.#busy()) await busy;
    if (this.#entry.givesWay(this.#attempts, result.kind === 'accepted')) return;
    const { known, isPlaced } = this.#entry;
    if (result.kind === 'accepted' || result.kind === 'rejected' || this.#isShown(result)) {
      const numbers = payload.message.phoneNumbers.map(maskNumber);
      const done: DoneEntry = { state: 'done', id, digest, numbers, result: kept, endedAt };
      await this.#entry.settle(done);
    } else if (known === undefined || !isPlaced) {
      return;
    } else if (result.kind === 'unknown' || this.#attempts.isOpen) {
      const held = { ...known, state: 'held' as const, attempts: this.#attempts.all };
      await this.#entry.settle({ ...held, result: inDoubt(kept), endedAt });
    } else {
      await this.#entry.remove();
    }
  }

  /** Whether nobody waits for the answer any more, so that it has to be found later though nothing was sent. */
  #isShown({ kind }: SendResult): boolean {
    const known = this.#facts.deliverBy !== undefined && this.#entry.isPlaced;
    return known && kind !== 'unknown' && !this.#attempts.isOpen;
  }

  #openEntry(revision: Revision, takenBy: string, rule: UnknownRule | undefined): OpenEntry {
    const { id, digest, payload, deadlineAt, deliverBy } = this.#facts;
    const receivedAt = this.#receivedAt;
    const attempts = this.#attempts.remembered;
    // Field by field, which is what spares a spread.
    return {
      state: 'open',
      id,
      digest,
      payload,
      receivedAt,
      deadlineAt,
      deliverBy,
      revision,
      takenBy,
      rule,
      attempts,
    };
  }

  /** Writes what is known of the attempts by now, after what is being written of them. */
  #noteDown(): void {
    const before = this.#noted;
    const note = before === undefined ? this.#note() : before.then(() => this.#note());
    const noted = note.finally(() => {
      if (this.#noted === noted) this.#noted = undefined;
    });
    this.#noted = noted;
  }

  /** What the disk does not take is remembered, so that the message goes on waiting by what is known of it. */
  async #note(): Promise<void> {
    for (let idle = this.#entry.idle(); idle !== undefined; idle = this.#entry.idle()) await idle;
    const open = this.#entry.now()?.entry;
    // What has ended since, or was sent again, is not to be opened by it.
    if (open?.state !== 'open' || this.#entry.givesWay(this.#attempts)) return;
    await this.#entry.settle({ ...open, attempts: this.#attempts.remembered });
  }

  /**
   * What must be over before the entry is looked at and written in one go, with nothing awaited in between; undefined:
   * nothing is. Asked again after each wait, since another run may have begun to write meanwhile.
   */
  #busy(): Promise<void> | undefined {
    return this.#noted ?? this.#entry.idle();
  }

  #goneOn(): AttemptNotWritten {
    return new AttemptNotWritten('the message is over, or sent again', {});
  }
}
