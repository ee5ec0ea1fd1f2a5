import type { Clock, Outcome, OutcomeClass } from '@waystation/core';
import { maskNumber, maskNumbers } from '../log/mask-numbers.ts';
import { bootInstant } from '../reconcile/boot-clock.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { AttemptLog, AttemptStart, UnknownRule } from '../send/attempt-log.ts';
import type { AttemptRecord, SendResult } from '../send/send-result.ts';
import { isOpenAttempt, withoutRecords } from './journal-entry.ts';
import type {
  DoneEntry,
  HeldEntry,
  JournalAttempt,
  JournalEntry,
  JournalPayload,
  OpenEntry,
} from './journal-entry.ts';
import type { EntryPlace, PlacedEntry } from './journal-file.ts';
import type { JournalStock } from './journal-stock.ts';

/** A message that is about to be sent under a key. */
export interface RunFacts {
  readonly id: string;
  /** The entry's name in the journal. */
  readonly name: string;
  readonly digest: string;
  readonly payload: JournalPayload;
  /** When the caller wants its answer, in wall-clock ms. */
  readonly deadlineAt: number;
}

/** What writing a message's attempts needs. */
export interface MessageRunDependencies {
  readonly stock: JournalStock;
  readonly clock: Clock;
  readonly bootClock?: BootClock | undefined;
}

/** A message held as unknown that is sent again, with its place. */
export interface HeldBefore {
  readonly entry: HeldEntry;
  /** Absent: its entry is gone, since the provider's records prove that it was not sent. */
  readonly place?: EntryPlace;
}

/** The journal did not take an attempt, so that attempt was not made. */
export class AttemptNotWritten extends Error {
  override readonly name = 'AttemptNotWritten';
}

/** One keyed message under way: writes each attempt before it is made, and its end. */
export class MessageRun implements AttemptLog {
  readonly #stock: JournalStock;
  readonly #clock: Clock;
  readonly #bootClock: BootClock | undefined;
  readonly #facts: RunFacts;
  readonly #receivedAt: number;
  readonly #attempts: JournalAttempt[] = [];
  /** How many attempts were made before this run. */
  #before = 0;
  #rule: UnknownRule | undefined;
  #entry: OpenEntry | HeldEntry | undefined;
  #place: EntryPlace | undefined;

  constructor({ stock, clock, bootClock }: MessageRunDependencies, facts: RunFacts, before?: HeldBefore) {
    this.#stock = stock;
    this.#clock = clock;
    this.#bootClock = bootClock;
    this.#facts = facts;
    this.#receivedAt = clock.wallTime();
    if (before === undefined) return;
    this.#entry = before.entry;
    this.#place = before.place;
    this.#before = before.entry.attempts.length;
    this.#attempts.push(...before.entry.attempts);
    // While the first attempts are in doubt, what their route said goes on.
    if (before.entry.attempts.some(isOpenAttempt)) this.#rule = before.entry.rule;
  }

  async starting(start: AttemptStart): Promise<void> {
    const { outId, unique, templateCode, lastsMs, revision, route, rule } = start;
    const { channel, host, account, credential } = start.candidate;
    const startedAt = this.#clock.wallTime();
    const started = bootInstant(this.#bootClock);
    const sent = { outId, unique, templateCode, lastsMs, startedAt, ...(started && { started }) };
    this.#attempts.push({ channel, host, account, credential, ...sent });
    const { id, digest, payload, deadlineAt, name } = this.#facts;
    const entry: OpenEntry = {
      state: 'open',
      ...{ id, digest, payload, deadlineAt, revision },
      receivedAt: this.#receivedAt,
      takenBy: route,
      rule: this.#rule ?? rule,
      attempts: [...this.#attempts],
    };
    try {
      this.#place = await this.#stock.put(name, entry, this.#place);
      this.#entry = entry;
    } catch (cause) {
      this.#attempts.pop();
      throw new AttemptNotWritten('the journal did not take the attempt', { cause });
    }
  }

  ended(outcome: Outcome | undefined): void {
    const last = this.#attempts.pop();
    if (last === undefined || outcome === undefined) return;
    const { class: outcomeClass, code } = outcome;
    const ended = bootInstant(this.#bootClock);
    const result = { class: outcomeClass, ...(code !== undefined && { code }) };
    this.#attempts.push({ ...last, ...(ended && { ended }), result });
  }

  absent(): void {
    // Of those before this run somebody else has to know.
    const own = this.#attempts.splice(this.#before);
    this.#attempts.push(...withoutRecords(own));
  }

  /** What was proven not sent is in doubt again. */
  reopen(): void {
    const attempts = this.#attempts.map(({ result, ...rest }) => {
      if (result?.absent !== true) return { ...rest, ...(result && { result }) };
      const { class: outcomeClass, code } = result;
      return { ...rest, result: { class: outcomeClass, ...(code !== undefined && { code }) } };
    });
    this.#attempts.splice(0, Infinity, ...attempts);
  }

  /** What is true of the message where the journal kept an attempt back. */
  keptBack(cause: unknown): SendResult {
    const { id } = this.#facts;
    const facts = { id, revision: this.#entry?.revision ?? 0, attempts: this.#attempts.map(recordOf) };
    if (this.#attempts.some(isOpenAttempt)) {
      return {
        ...facts,
        kind: 'unknown',
        reason: 'it may have been sent, and the journal took no further attempt',
      };
    }
    const why =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : 'unknown error';
    return {
      ...facts,
      kind: 'no-journal',
      reason: `nothing was sent: the journal cannot be written (${why})`,
      retryAfterMs: 5000,
    };
  }

  /** Writes how the message ended; the key is free again where nothing was sent. */
  async end(result: SendResult): Promise<void> {
    const { id, name, digest, payload } = this.#facts;
    const endedAt = this.#clock.wallTime();
    const kept = masked(result);
    // An end that overtook an attempt on its way to the disk would be overwritten by it.
    await this.#stock.idle(name);
    const now = this.#now();
    if (now !== undefined && this.#isOvertakenBy(now.entry) && result.kind !== 'accepted') return;
    if (now !== undefined) this.#place = now.place;
    if (result.kind === 'accepted' || result.kind === 'rejected') {
      const numbers = payload.message.phoneNumbers.map(maskNumber);
      const done: DoneEntry = { state: 'done', id, digest, numbers, result: kept, endedAt };
      this.#place = await this.#stock.settle(name, done, this.#place);
    } else if (this.#entry === undefined || this.#place === undefined) {
      return;
    } else if (result.kind === 'unknown' || this.#attempts.some(isOpenAttempt)) {
      const held = {
        ...this.#entry,
        state: 'held' as const,
        attempts: this.#attempts,
        result: kept,
        endedAt,
      };
      this.#place = await this.#stock.settle(name, held, this.#place);
    } else {
      await this.#stock.remove(name, id, this.#place);
    }
  }

  /** Whether a later run has gone on with the message: then only what is certain can be said over its head. */
  #isOvertakenBy(entry: JournalEntry): boolean {
    return entry.state === 'done' || entry.attempts.length > this.#attempts.length;
  }

  /** The entry by now: another run may have moved it. */
  #now(): PlacedEntry | undefined {
    try {
      return this.#stock.get(this.#facts.name);
    } catch {
      return undefined;
    }
  }
}

/** An entry for a message without a key of which nobody knows whether it was sent; shown, never acted on. */
export function unknownEntry(payload: JournalPayload, result: SendResult, endedAt: number): DoneEntry {
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  return { state: 'done', id: result.id, digest: '', numbers, result: masked(result), endedAt };
}

/** Providers may repeat a number in their words. */
function masked(result: SendResult): SendResult {
  return 'reason' in result ? { ...result, reason: maskNumbers(result.reason) } : result;
}

function recordOf({ channel, result }: JournalAttempt): AttemptRecord {
  const outcome: OutcomeClass = result?.class ?? 'unknown';
  return { channel, outcome, ...(result?.code !== undefined && { code: result.code }), ms: 0 };
}
